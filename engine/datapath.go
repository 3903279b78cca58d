package engine

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// settingsPath is where the settings of all controls are.
const settingsPath = "data." + ownRoot + ".settings"

// dataRef resolves a path below data: packages and rules, settings, data documents.
func (c *checker) dataRef(r ast.Ref, at *ast.Location) *shape {
	path := "data"
	var document any = c.data
	for i, step := range r[1:] {
		name, ok := step.Value.(ast.String)
		if !ok {
			c.fail(at, "%s[%s] reads a path that is not named: write the name", path, c.written(step))
			return anyShape
		}
		parent := path
		path = dataPath(path, string(name))
		if path == settingsPath {
			return c.settingRef(r[i+2:], at)
		}
		if set := c.rules[path]; set != nil {
			c.refersTo(path)
			if set.function {
				return anyShape
			}
			return c.steps(set.value, r[i+2:], at)
		}
		inner, _ := document.(map[string]any)
		value, there := inner[string(name)]
		if _, isPackage := c.children[path]; isPackage {
			document = value
			continue
		}
		if there {
			return c.steps(dataShape(value, path), r[i+2:], at)
		}
		known := slices.Collect(maps.Keys(c.children[parent]))
		known = append(known, slices.Collect(maps.Keys(inner))...)
		slices.Sort(known)
		c.fail(at, "there is no %s%s", path, neighbours(string(name), slices.Compact(known)))
		return anyShape
	}
	return anyShape // a package as a whole
}

// settingRef resolves data.mlpolicy.settings["ID"].name. A control reads only its own.
func (c *checker) settingRef(steps []*ast.Term, at *ast.Location) *shape {
	own := c.owns[c.module]
	if len(steps) == 0 {
		if !c.tests[c.module] {
			c.fail(at, "settings as a whole are no value for a control: name the id and the setting")
		}
		return anyShape
	}
	id, ok := steps[0].Value.(ast.String)
	if !ok {
		c.fail(at, "settings[%s] reads settings that are not named: write the id", c.written(steps[0]))
		return anyShape
	}
	s := c.settings[string(id)]
	switch {
	case s == nil:
		c.fail(at, "there are no settings of a control %q%s", string(id), neighbours(string(id), slices.Sorted(maps.Keys(c.settings))))
		return anyShape
	case own != string(id) && !c.tests[c.module]:
		c.fail(at, "%s are the settings of another control: a control reads only its own", s.path)
	}
	return c.steps(s, steps[1:], at)
}
