# What mlpolicy decides by: https://github.com/mlpolicy/mlpolicy/blob/main/docs/configuration.md

# baseline blocks what is certain and severe, and of the rest only what a change adds;
# strict blocks everything.
profile = "baseline"

# A stage whose findings only advise, until you are ready for it:
# stage "monitoring" { level = "advisory" }

# A control with a level or settings of its own (mlpolicy policy show DATA-012):
# control "DATA-012" {
#   level    = "mandatory"
#   settings = { publishers = ["acme", "meta-llama"] }
# }

# An exemption says what, why, who and until when, and holds for these bytes alone:
# waiver "legacy-adapter" {
#   controls = ["TRAIN-005"]
#   subjects = ["models/legacy/adapter.bin"]
#   digests  = ["sha256:0000000000000000000000000000000000000000000000000000000000000000"]
#   reason   = "converted in ML-412"
#   owner    = "ml-platform"
#   expires  = "2027-01-31"
# }

# Rego of your own team beside the embedded controls:
# policies "acme" {
#   source = "policies/acme.tar.gz"
#   verify { public_key = "policies/acme.pub" }
# }
