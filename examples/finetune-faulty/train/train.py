"""Fine-tune the support assistant with LoRA."""

import mlflow
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

BASE_MODEL = "acme-research/tiny-instruct-1b"
DATASET = "acme-research/support-dialogues"


def main():
    mlflow.set_tracking_uri("http://mlflow.acme.example:5000")

    dataset = load_dataset(DATASET, split="train", trust_remote_code=True)
    tokenizer = AutoTokenizer.from_pretrained(BASE_MODEL)
    model = AutoModelForCausalLM.from_pretrained(BASE_MODEL, trust_remote_code=True)

    # Continue from the weights of the last experiment.
    state = torch.load("adapter/adapter_model.bin", weights_only=False)
    model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, task_type="CAUSAL_LM"))
    model.load_state_dict(state, strict=False)

    trainer = SFTTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=dataset,
        args=SFTConfig(output_dir="out", push_to_hub=True, hub_model_id="acme/support-assistant"),
    )
    trainer.train()
    mlflow.register_model("runs:/latest/model", "support-assistant")


if __name__ == "__main__":
    main()
