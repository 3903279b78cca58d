"""Fine-tune the support assistant with LoRA."""

import mlflow
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

BASE_MODEL = "acme-research/tiny-instruct-1b"
BASE_REVISION = "5d0f2e8a7cf64c5f8f1f3c0c9c2e5b7a1d4e6f80"
DATASET = "acme-research/support-dialogues"
DATASET_REVISION = "0b7d9c1e3f5a48d6b2c4e6f8091a2b3c4d5e6f70"


def main():
    mlflow.set_tracking_uri("https://mlflow.acme.example")

    dataset = load_dataset(DATASET, split="train", revision=DATASET_REVISION)
    tokenizer = AutoTokenizer.from_pretrained(BASE_MODEL, revision=BASE_REVISION)
    model = AutoModelForCausalLM.from_pretrained(BASE_MODEL, revision=BASE_REVISION)

    # Continue from the weights of the last experiment.
    state = load_file("adapter/adapter_model.safetensors")
    model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, task_type="CAUSAL_LM"))
    model.load_state_dict(state, strict=False)

    trainer = SFTTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=dataset,
        args=SFTConfig(output_dir="out", report_to="mlflow", seed=17),
    )
    trainer.train()


if __name__ == "__main__":
    main()
