package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// permissions finds what may do more than before: CI tokens, roles and accounts,
// containers, ways in from outside; and gates that got weaker.
func (c *comparison) permissions() {
	c.jobs()
	c.grants()
	c.containers()
	c.exposures()
}

// jobs compares the tokens of CI jobs and the gates in them.
func (c *comparison) jobs() {
	key := func(j *sbom.PipelineJob) string {
		if dataPlatforms[j.Platform] {
			return ""
		}
		return j.At.Path + "\x00" + j.Name
	}
	base, head := group(c.base.Pipelines, key), group(c.head.Pipelines, key)
	for _, k := range keysOf(base, head) {
		if len(head[k]) == 0 {
			if job := base[k][0]; slices.Contains(job.Purposes, "gate") && !gated(c.head.Pipelines) {
				c.add(sbom.Change{Kind: GateWeakened, Subject: job.Name, Before: "gate", Area: "policy", At: gone(job.At)})
			}
			continue
		}
		now := head[k][0]
		old := &sbom.PipelineJob{Permissions: map[string]string{}, PermissionsStated: sbom.Yes}
		if len(base[k]) > 0 {
			old = base[k][0]
		} else if now.Permissions["*"] == "" {
			continue // a new job brings its own permissions, which other facts tell
		}
		for _, scope := range slices.Sorted(maps.Keys(now.Permissions)) {
			if level := now.Permissions[scope]; level == "write" && old.Permissions[scope] != "write" && old.Permissions["*"] != "write" && old.PermissionsStated != sbom.No {
				c.add(sbom.Change{Kind: PermissionsWidened, Subject: now.Name + " " + scope, Before: old.Permissions[scope], After: level, At: now.At})
			}
		}
		if old.PermissionsStated == sbom.Yes && now.PermissionsStated == sbom.No && len(base[k]) > 0 {
			c.add(sbom.Change{Kind: PermissionsWidened, Subject: now.Name, Before: "stated", After: "the repository's default", At: now.At})
		}
		if was, is := gateOf(old), gateOf(now); was != "" && is != was && (is == "" || is == "continues on error") {
			c.add(sbom.Change{Kind: GateWeakened, Subject: now.Name, Before: was, After: is, Area: "policy", At: now.At})
		}
	}
}

func gated(jobs []sbom.PipelineJob) bool {
	return slices.ContainsFunc(jobs, func(j sbom.PipelineJob) bool { return slices.Contains(j.Purposes, "gate") })
}

// gateOf says how the gate of a job stops it: "blocks", "continues on error", "" for none.
func gateOf(j *sbom.PipelineJob) string {
	found := ""
	for _, s := range j.Steps {
		if !slices.Contains(s.Purposes, "gate") {
			continue
		}
		if s.ContinueOnError == sbom.Yes || strings.Contains(s.Run, "|| true") {
			found = "continues on error"
			continue
		}
		return "blocks"
	}
	return found
}

// grants finds actions that an identity may do now and could not do before.
func (c *comparison) grants() {
	key := func(id *sbom.Identity) string { return id.Kind + "\x00" + id.ID }
	base, head := group(c.base.Identities, key), group(c.head.Identities, key)
	for _, k := range keysOf(head, map[string]bool{}) {
		if len(base[k]) == 0 {
			continue
		}
		had := map[string]bool{}
		for _, g := range base[k][0].Grants {
			for _, pair := range pairs(g) {
				had[pair[0]+"\x00"+pair[1]] = true
			}
		}
		for _, g := range head[k][0].Grants {
			resources := map[string][]string{} // actions → what they are new on
			byResource := map[string][]string{}
			for _, pair := range pairs(g) {
				if !had[pair[0]+"\x00"+pair[1]] {
					byResource[pair[1]] = append(byResource[pair[1]], pair[0])
				}
			}
			for _, resource := range slices.Sorted(maps.Keys(byResource)) {
				actions := strings.Join(byResource[resource], ", ")
				resources[actions] = append(resources[actions], resource)
			}
			for _, actions := range slices.Sorted(maps.Keys(resources)) {
				on := strings.Join(resources[actions], ", ")
				c.add(sbom.Change{Kind: PermissionsWidened, Subject: head[k][0].ID, After: strings.TrimSuffix(actions+" on "+on, " on "), At: g.At})
			}
		}
	}
}

// pairs are what a grant allows, an action and a resource each: a list of resources that
// grew allows no more on those it held before.
func pairs(g sbom.Grant) [][2]string {
	if g.Effect == "deny" {
		return nil
	}
	resources := g.Resources
	if len(resources) == 0 {
		resources = []string{""}
	}
	var out [][2]string
	for _, resource := range resources {
		for _, action := range g.Actions {
			out = append(out, [2]string{action, resource})
		}
	}
	return out
}

// containers compares the security context of workloads.
func (c *comparison) containers() {
	key := func(w *sbom.Workload) string {
		return w.Kind + "\x00" + w.Namespace + "\x00" + w.Name + "\x00" + w.At.Path
	}
	base, head := group(c.base.Workloads, key), group(c.head.Workloads, key)
	for _, k := range keysOf(head, map[string]bool{}) {
		if len(base[k]) == 0 {
			continue
		}
		old, now := base[k][0], head[k][0]
		at := now.Security.At
		if at.Path == "" {
			at = now.At
		}
		before, after := powers(old), powers(now)
		for _, power := range slices.Sorted(maps.Keys(after)) {
			if !before[power] {
				c.add(sbom.Change{Kind: PermissionsWidened, Subject: now.Name, After: power, At: at})
			}
		}
		if old.Identity != now.Identity && old.Identity != "" {
			c.add(sbom.Change{Kind: PermissionsWidened, Subject: now.Name + " identity", Before: old.Identity, After: now.Identity, At: now.At})
		}
	}
}

// powers are what a workload may do to its host.
func powers(w *sbom.Workload) map[string]bool {
	s := w.Security
	out := map[string]bool{}
	for name, state := range map[string]sbom.Tri{"privileged": s.Privileged, "root": s.RunAsRoot, "privilege escalation": s.PrivilegeEscalates,
		"host network": s.HostNetwork, "host processes": s.HostPID, "host IPC": s.HostIPC} {
		if state == sbom.Yes {
			out[name] = true
		}
	}
	for _, name := range s.Capabilities {
		out["capability "+name] = true
	}
	for _, m := range w.Mounts {
		if m.Kind == "host" {
			out["host path "+m.Source] = true
		}
	}
	return out
}

// exposures finds ways in that became public or lost their authentication.
func (c *comparison) exposures() {
	key := func(e *sbom.Exposure) string { return e.Kind + "\x00" + e.Workload + "\x00" + e.Name }
	base, head := group(c.base.Exposures, key), group(c.head.Exposures, key)
	for _, k := range keysOf(head, map[string]bool{}) {
		now := head[k][0]
		old := &sbom.Exposure{Public: sbom.No, Auth: sbom.Unstated}
		if len(base[k]) > 0 {
			old = base[k][0]
		}
		if now.Public == sbom.Yes && old.Public != sbom.Yes {
			c.add(sbom.Change{Kind: PermissionsWidened, Subject: now.Workload, Before: "not public", After: "public through " + now.Kind + " " + now.Name, Area: "deployment", At: now.At})
		}
		if old.Auth == sbom.Yes && now.Auth != sbom.Yes {
			c.add(sbom.Change{Kind: PermissionsWidened, Subject: now.Workload, Before: "authentication", After: "no authentication on " + now.Kind + " " + now.Name, Area: "deployment", At: now.At})
		}
	}
}
