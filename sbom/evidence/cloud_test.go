package evidence

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const cloudTerraform = `
variable "role" { default = "unused" }
locals { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/m:7" }

resource "aws_iam_role" "ml" {
  name = "ml"
}

data "aws_iam_policy_document" "ml" {
  statement {
    actions   = ["s3:GetObject"]
    resources = [aws_s3_bucket.train.arn]
  }
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "ml" {
  role   = aws_iam_role.ml.name
  policy = data.aws_iam_policy_document.ml.json
}

resource "aws_iam_role_policy_attachment" "ml" {
  role       = aws_iam_role.ml.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
}

resource "aws_sagemaker_model" "m" {
  name               = "m"
  execution_role_arn = aws_iam_role.ml.arn
  primary_container {
    image          = local.image
    model_data_url = "s3://acme/m.tar.gz"
    environment    = { SYSTEM_PROMPT = "be kind" }
  }
  vpc_config { subnets = [] }
}

resource "aws_sagemaker_endpoint_configuration" "m" {
  production_variants { model_name = aws_sagemaker_model.m.name }
  data_capture_config { enable_capture = true }
}

resource "aws_s3_bucket" "train" {
  bucket = "acme-training-data"
}

resource "aws_s3_bucket_acl" "train" {
  bucket = aws_s3_bucket.train.id
  acl    = "public-read"
}

resource "aws_ecr_repository" "m" {
  name = "m"
}
`

func TestTerraform(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"main.tf": cloudTerraform})
	if len(inv.Workloads) != 1 || len(inv.Identities) != 1 || len(inv.Stores) != 2 {
		t.Fatalf("%d workloads, %d identities, %d stores; problems %v", len(inv.Workloads), len(inv.Identities), len(inv.Stores), inv.Problems)
	}
	w, id := inv.Workloads[0], inv.Identities[0]
	if w.Identity != "aws_iam_role.ml" || w.Images[0].Tag != "7" || w.Models[0].URI != "s3://acme/m.tar.gz" || w.Env[0].Value != "be kind" {
		t.Errorf("workload %+v", w)
	}
	for key, want := range map[string]string{"vpc": "yes", "network_isolation": "unstated", "kms_key": "no", "data_capture": "on", "data_capture_kms": "no"} {
		if w.Settings[key] != want {
			t.Errorf("setting %s = %q, want %q", key, w.Settings[key], want)
		}
	}
	if len(id.Grants) != 3 || id.UsedBy[0].Role != "serving" {
		t.Fatalf("identity %+v", id)
	}
	if g := id.Grants[0]; g.Effect != "allow" || !slices.Equal(g.Resources, []string{"${aws_s3_bucket.train}"}) {
		t.Errorf("first grant %+v", g)
	}
	if id.Grants[1].Effect != "deny" || !strings.HasSuffix(id.Grants[2].Actions[0], "AmazonSageMakerFullAccess") {
		t.Errorf("grants %+v", id.Grants)
	}
	bucket, images := inv.Stores[0], inv.Stores[1]
	if bucket.Purpose != "data" || bucket.Public != sbom.Yes || bucket.Versioning != sbom.Unstated || images.Lock != sbom.No || images.ScanOnPush != sbom.No {
		t.Errorf("stores %+v", inv.Stores)
	}
}

// TestFoldersAreModules: the same address in two folders names two resources.
func TestFoldersAreModules(t *testing.T) {
	t.Parallel()
	role := "resource \"aws_iam_role\" \"this\" {\n  name = \"x\"\n}\n"
	inv := infrastructure(t, map[string]string{
		"train/main.tf": role + "resource \"aws_sagemaker_training_job\" \"t\" {\n  role_arn = aws_iam_role.this.arn\n}\n",
		"serve/main.tf": role + "resource \"aws_sagemaker_model\" \"m\" {\n  execution_role_arn = aws_iam_role.this.arn\n}\n",
	})
	if len(inv.Identities) != 2 || len(inv.Identities[0].UsedBy) != 1 || len(inv.Identities[1].UsedBy) != 1 {
		t.Errorf("identities %+v", inv.Identities)
	}
	broken := infrastructure(t, map[string]string{"main.tf": "resource \"a\" {\n"})
	if len(broken.Problems) != len(cloudFamilies) || broken.Problems[0].Line == 0 {
		t.Errorf("problems %+v", broken.Problems)
	}
}

const cloudStack = `AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Image: {Type: String, Default: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/m:7"}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: all
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "*", Resource: "*"}]
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: !GetAtt Role.Arn
      EnableNetworkIsolation: true
      PrimaryContainer:
        Image: !Ref Image
        ModelDataUrl: s3://acme/m.tar.gz
        Environment: {HF_MODEL_ID: acme/m}
  Job:
    Type: AWS::SageMaker::TrainingJob
    Properties:
      RoleArn: {"Fn::GetAtt": [Role, Arn]}
`

func TestCloudFormation(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"stack.yaml": cloudStack})
	if len(inv.Workloads) != 2 || len(inv.Identities) != 1 {
		t.Fatalf("%d workloads, %d identities", len(inv.Workloads), len(inv.Identities))
	}
	id := inv.Identities[0]
	if len(id.UsedBy) != 2 || len(id.Grants) != 1 || !slices.Equal(id.Grants[0].Actions, []string{"*"}) || !slices.Equal(id.Grants[0].Resources, []string{"*"}) {
		t.Errorf("identity %+v", id)
	}
	m := inv.Workloads[0]
	if other := infrastructure(t, map[string]string{"stack.template": cloudStack}); len(other.Workloads) != 2 {
		t.Errorf("%d workloads in a file called .template", len(other.Workloads))
	}
	if other := infrastructure(t, map[string]string{"stack.template": `{"Resources": {"M": {"Type": "AWS::SageMaker::Model", "Properties": {}}}}`}); len(other.Workloads) != 1 {
		t.Errorf("%d workloads in JSON called .template", len(other.Workloads))
	}
	if m.Settings["network_isolation"] != "yes" || m.Images[0].Tag != "7" || m.Env[0].Name != "HF_MODEL_ID" || m.At.Line != 12 {
		t.Errorf("model %+v", m)
	}
}

const pyTrain = `import os
import sagemaker
from sagemaker.huggingface import HuggingFace, HuggingFaceModel
from google.cloud import aiplatform

role = os.environ["SAGEMAKER_ROLE"]
estimator = HuggingFace(entry_point="train.py", role=role, subnets=["s-1"], max_run=3600)
model = HuggingFaceModel(role=os.getenv("SAGEMAKER_ROLE"), env={"HF_MODEL_ID": "acme/m", "HF_MODEL_REVISION": "main"})
asked = HuggingFace(role=sagemaker.get_execution_role(), enable_network_isolation=True)
job = aiplatform.CustomContainerTrainingJob(container_uri="eu.gcr.io/acme/train:1")
job.run(network="projects/1/global/networks/n", timeout=60)
`

func TestPythonJobs(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"t.py": pyTrain})
	if len(inv.Workloads) != 4 {
		t.Fatalf("workloads %+v", inv.Workloads)
	}
	train, model, asked, job := inv.Workloads[0], inv.Workloads[1], inv.Workloads[2], inv.Workloads[3]
	if train.Name != "estimator" || train.Role != "training" || train.Settings["vpc"] != "yes" || train.Limits["max_run"] != "3600" || train.At.Line != 7 {
		t.Errorf("estimator %+v", train)
	}
	if train.Identity != "env:SAGEMAKER_ROLE" || model.Identity != train.Identity || asked.Identity != "" {
		t.Errorf("identities %q, %q, %q", train.Identity, model.Identity, asked.Identity)
	}
	if model.Models[0].URI != "hf://acme/m" || model.Models[0].RevisionKind != sbom.RevisionBranch || asked.Settings["network_isolation"] != "yes" || asked.Limits["max_run"] != "86400" {
		t.Errorf("model %+v, asked %+v", model, asked)
	}
	if job.Platform != "vertex" || job.Settings["vpc"] != "yes" || job.Limits["timeout"] != "60" || job.Images[0].Name != "eu.gcr.io/acme/train" {
		t.Errorf("job %+v", job)
	}
}
