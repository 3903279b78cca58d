package behaviour_in_environment_test

import future.keywords.not

import data.mlpolicy.deployment.behaviour_in_environment.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

prompt := {"name": "SYSTEM_PROMPT", "value": "You are helpful.", "source": "literal", "at": {"path": "a.yaml", "line": 9}}

api := {"name": "api", "role": "serving", "env": [prompt]}

fires := {
	"system prompt": {"workloads": [api]},
	"of an application": {"workloads": [object.union(api, {"role": "other"})]},
	"with a prefix": {"workloads": [object.union(api, {"env": [object.union(prompt, {"name": "AZURE_OPENAI_SYSTEM_MESSAGE"})]})]},
	"from a config map": {"workloads": [object.union(api, {"env": [object.union(prompt, {"source": "config", "value": ""})]})]},
	"filter": {"workloads": [object.union(api, {"env": [object.union(prompt, {"name": "SAFETY_FILTER", "value": "off"})]})]},
	"temperature of a server": {"workloads": [object.union(api, {"env": [object.union(prompt, {"name": "TEMPERATURE", "value": "0.7"})]})]},
}

silent := {
	"temperature of something else": {"workloads": [object.union(api, {"role": "other", "env": [object.union(prompt, {"name": "TEMPERATURE", "value": "21"})]})]},
	"another variable": {"workloads": [object.union(api, {"env": [object.union(prompt, {"name": "PROMPT_TOOLKIT_COLORS"})]})]},
	"from a secret": {"workloads": [object.union(api, {"env": [object.union(prompt, {"source": "secret", "value": ""})]})]},
	"empty": {"workloads": [object.union(api, {"env": [object.union(prompt, {"value": ""})]})]},
	"training": {"workloads": [object.union(api, {"role": "training"})]},
	"test": {"workloads": [object.union(api, {"env": [object.union(prompt, {"at": {"path": "tests/a.yaml"}})]})]},
}

found := {
	"system prompt": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api takes SYSTEM_PROMPT from its environment (literal)", "key": "SYSTEM_PROMPT", "subject": "api"}},
	"of an application": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api takes SYSTEM_PROMPT from its environment (literal)", "key": "SYSTEM_PROMPT", "subject": "api"}},
	"with a prefix": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api takes AZURE_OPENAI_SYSTEM_MESSAGE from its environment (literal)", "key": "AZURE_OPENAI_SYSTEM_MESSAGE", "subject": "api"}},
	"from a config map": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api takes SYSTEM_PROMPT from its environment (config)", "key": "SYSTEM_PROMPT", "subject": "api"}},
	"filter": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api takes SAFETY_FILTER from its environment (literal)", "key": "SAFETY_FILTER", "subject": "api"}},
	"temperature of a server": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api takes TEMPERATURE from its environment (literal)", "key": "TEMPERATURE", "subject": "api"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
