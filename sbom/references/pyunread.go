package references

import "strings"

// unread tells a variable of a script that nothing reads: a list of models one might
// choose from is kept beside the one that is loaded (unsloth's notebooks). A module that
// others import is no script; its upper-case names are settings that they read.
func (r *pyReader) unread(d *pyDecl) bool {
	if !d.variable || strings.ToLower(d.key) != d.key || !r.script() {
		return false
	}
	return occurs(r.x.m.Text, d.key) == 1
}

// script tells a notebook, and a file that loads something as soon as it runs.
func (r *pyReader) script() bool {
	if r.x.top == 0 {
		r.x.top = -1
		for i := range r.x.calls {
			if c := &r.x.calls[i]; c.scope == r.x.root && len(rolesOf(c.name)) > 0 {
				r.x.top = 1
				break
			}
		}
	}
	return r.x.top > 0 || strings.HasSuffix(r.x.m.Path, ".ipynb")
}

// occurs counts a name as a word of a text, up to two.
func occurs(text, name string) int {
	n := 0
	for from := 0; n < 2; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(name)
		if (start == 0 || !wordByte(text[start-1])) && (end == len(text) || !wordByte(text[end])) {
			n++
		}
		from = end
	}
	return n
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
