package engine

import "slices"

// The profiles: what the default level of a control is.
const (
	// ProfileBaseline stops on critical controls, holds high and medium ones at what
	// the base already has, and reports low ones.
	ProfileBaseline = "baseline"
	// ProfileStrict stops on every control.
	ProfileStrict = "strict"
)

// levels, strictest first.
var levels = []Level{Mandatory, Ratchet, Advisory, Off}

// Where a level comes from, as ControlResult.LevelFrom says it.
const (
	fromStageBlock = "control in stage block"
	fromControl    = "control block"
	fromPack       = "policies block"
	fromStage      = "stage block"
	fromProfile    = "profile"
	fromFloor      = "organisation's floor"
	// noBaseline is added where ratchet only reports, since there is no base to compare
	// with.
	noBaseline = ", ratchet without a baseline"
)

// Level returns the level of a control in a stage and where it is set: the control in
// the stage's block, the control's block, the block of its pack, the stage, the profile.
// The first that is set wins; an organisation's configuration is a floor below which no
// level goes.
func (c *Config) Level(control Control, stage Stage, pack Level) (Level, string) {
	level, from := c.set(control, stage, pack)
	if level == "" {
		level, from = profileLevel(c.Profile, control.Severity), fromProfile
	}
	for f := c.Floor; f != nil; f = f.Floor { // the strictest of all floors
		floor, _ := f.set(control, stage, "")
		if floor == "" && f.Profile != "" {
			floor = profileLevel(f.Profile, control.Severity)
		}
		if floor != "" && slices.Index(levels, floor) < slices.Index(levels, level) {
			level, from = floor, fromFloor
		}
	}
	return level, from
}

// set returns the level that the configuration sets, "" when it sets none.
func (c *Config) set(control Control, stage Stage, pack Level) (Level, string) {
	block := c.Stages[stage]
	for _, candidate := range []struct {
		level Level
		from  string
	}{
		{block.Controls[control.ID], fromStageBlock},
		{c.Controls[control.ID].Level, fromControl},
		{pack, fromPack},
		{block.Level, fromStage},
	} {
		if candidate.level != "" {
			return candidate.level, candidate.from
		}
	}
	return "", ""
}

func profileLevel(profile string, severity Severity) Level {
	if profile == ProfileStrict {
		return Mandatory
	}
	switch severity {
	case Critical:
		return Mandatory
	case High, Medium:
		return Ratchet
	}
	return Advisory
}
