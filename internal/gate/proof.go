package gate

import (
	"maps"

	"github.com/mlpolicy/mlpolicy/engine"
)

// proof are the controls that say whether the model is the approved one. A gate exists
// for them, so they are mandatory there unless the configuration says otherwise.
var proof = []string{"REG-001", "REG-002", "REG-003", "X-001", "X-002", "X-003", "DEP-001"}

// RequireProof makes the controls that a gate exists for mandatory in a stage, where the
// configuration does not say otherwise.
func RequireProof(config *engine.Config, stage engine.Stage) {
	block := config.Stages[stage]
	if block.Level != "" {
		return
	}
	controls := maps.Clone(config.Controls)
	if controls == nil {
		controls = map[string]engine.ControlConfig{}
	}
	for _, id := range proof {
		if c := controls[id]; c.Level == "" && block.Controls[id] == "" {
			c.Level = engine.Mandatory
			controls[id] = c
		}
	}
	config.Controls = controls
}
