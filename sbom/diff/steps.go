package diff

import (
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// option is a long option of a command, with its value if it has one.
var option = regexp.MustCompile(`(?:^|\s)--([A-Za-z][A-Za-z0-9_.-]*)(?:[= ]+([^\s-][^\s]*|-[0-9.][^\s]*))?`)

// stepOptions compares what a step runs, and the options of one that filters data: a
// bound on its command line lets more through as one in a file of parameters does.
func (c *comparison) stepOptions(before, after *sbom.PipelineJob) {
	found := len(c.out)
	if filterWords.MatchString(commandOf(before)) {
		c.filterOptions(before, after)
	}
	if was, is := commandOf(before), commandOf(after); was != is && len(c.out) == found {
		ch := sbom.Change{Kind: CodeChanged, Subject: after.At.Path + "#" + after.Name, Before: strings.TrimPrefix(was, before.Name+" "), After: strings.TrimPrefix(is, after.Name+" "), At: after.At}
		if filterWords.MatchString(was) || area.DataWords.MatchString(after.Name) {
			ch.Area = "data"
		}
		c.add(ch)
	}
}

func (c *comparison) filterOptions(before, after *sbom.PipelineJob) {
	old, now := optionsOf(before), optionsOf(after)
	for _, name := range keysOf(old, map[string]bool{}) {
		was := old[name]
		is, has := now[name]
		b, numeric := number(was)
		n, stillNumeric := number(is)
		direction := weaker(name, "")
		if anyThreshold.MatchString(name) {
			direction = weaker(after.Name+"_"+name, "data") // the step says of what
		}
		ch := sbom.Change{Kind: FilterWeakened, Subject: after.At.Path + "#" + after.Name + " --" + name, Before: was, After: is, Area: "data", At: after.At}
		switch {
		case numeric && stillNumeric && b != n:
			if kind := moved(direction, b, n); kind != ThresholdRelaxed {
				ch.Kind = kind
			}
		case !has && (numeric && direction != 0 || was == "" && filterWords.MatchString(name)):
			ch.Before = strings.TrimSpace("--" + name + " " + was)
		default:
			continue
		}
		c.add(ch)
	}
}

// commandOf is the name of a step and what it runs.
func commandOf(j *sbom.PipelineJob) string {
	text := j.Name
	for _, s := range j.Steps {
		text += " " + s.Run
	}
	return text
}

func optionsOf(j *sbom.PipelineJob) map[string]string {
	out := map[string]string{}
	for _, m := range option.FindAllStringSubmatch(commandOf(j), -1) {
		out[m[1]] = m[2]
	}
	return out
}
