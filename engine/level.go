package engine

import "slices"

// The profiles: what the default level of a control is.
const (
	// ProfileBaseline stops on what is certain of critical controls, holds what is only
	// likely of them, and high and medium ones, at what the base already has, and reports
	// low ones.
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
// level goes. It is the level of what is certain; likelyLevel is that of the rest.
func (c *Config) Level(control Control, stage Stage, pack Level) (Level, string) {
	return c.level(control, stage, pack, Certain)
}

// likelyLevel returns the level of findings that are only likely. Nobody chose it for
// this control where it comes from a profile, so it is no stricter there than ratchet;
// a level that somebody wrote down counts for all findings.
func (c *Config) likelyLevel(control Control, stage Stage, pack Level) Level {
	level, _ := c.level(control, stage, pack, Likely)
	return level
}

func (c *Config) level(control Control, stage Stage, pack Level, certainty Certainty) (Level, string) {
	level, from := c.set(control, stage, pack)
	if level == "" {
		level, from = profileLevel(c.Profile, control.Severity, certainty), fromProfile
	}
	for f := c.Floor; f != nil; f = f.Floor { // the strictest of all floors
		floor, _ := f.set(control, stage, "")
		if floor == "" && f.Profile != "" {
			floor = profileLevel(f.Profile, control.Severity, certainty)
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

func profileLevel(profile string, severity Severity, certainty Certainty) Level {
	switch {
	case profile == ProfileStrict:
		return Mandatory
	case severity == Low:
		return Advisory
	case severity == Critical && certainty != Likely:
		return Mandatory
	}
	return Ratchet
}
