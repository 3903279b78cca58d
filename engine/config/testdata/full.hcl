profile   = "strict"
vsa_reuse = "24h"

policies "acme" {
  source = "oci://registry.acme.example/ml-policies:v3"
  verify {
    public_key   = "acme-policies.pub"
    min_revision = "v3"
  }
}

policies "k8s" {
  source = "./conftest"
  kind   = "conftest"
  stages = ["deployment"]
  level  = "advisory"
}

stage "deployment" {
  level = "mandatory"
  control "DEP-002" { level = "advisory" }
}

control "TRAIN-001" {
  level    = "ratchet"
  settings = { publishers = ["meta-llama", "mistralai"], limit = 3, strict = true, by = { a = "b" } }
}

control "k8s/main/deny" { level = "off" }

waiver "legacy-lora" {
  controls = ["TRAIN-005"]
  subjects = ["models/legacy/adapter.bin"]
  digests  = ["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
  reason   = "converted in ML-412"
  owner    = "ml-platform"
  expires  = "2027-01-31"
}

trust "training" {
  certificate_identity = "https://github.com/acme/train/.github/workflows/train.yml@refs/heads/main"
  issuer               = "https://token.actions.githubusercontent.com"
  predicate_types      = ["https://slsa.dev/provenance/v1"]
  max_age              = "720h"
  inputs_from          = ["data"]
  external             = ["hf://meta-llama/*"]
}

revocations { files = ["revoked.json"] }

environment "prod" {
  settings "DATA-012" { publishers = ["acme"] }
}

organisation {
  profile = "baseline"
  stage "registry" { level = "ratchet" }
  control "TRAIN-001" { level = "mandatory" }
}
