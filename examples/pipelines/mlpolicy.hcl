# Who may speak for which stage: no key or identity speaks for two.
trust "data" {
  certificate_identity = "https://github.com/acme/data/.github/workflows/publish.yml@refs/heads/main"
  issuer               = "https://token.actions.githubusercontent.com"
  external             = ["s3://acme-raw/*"]
}
trust "training" {
  certificate_identity = "https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main"
  issuer               = "https://token.actions.githubusercontent.com"
  predicate_types      = ["https://slsa.dev/provenance/v1"]
  max_age              = "2160h"
  inputs_from          = ["data", "training"]
  external             = ["hf://meta-llama/*", "git+https://github.com/acme/*"]
}
trust "registry" {
  public_keys = ["keys/registry.pub"]
  inputs_from = ["training"]
}
trust "deployment" {
  public_keys = ["keys/gate.pub"]
  inputs_from = ["registry"]
}
# A passed summary for the same bytes, policies and trust may be used again for a day.
vsa_reuse = "24h"
revocations { files = ["revoked.json"] }
