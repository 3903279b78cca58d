package references

import (
	"regexp"
	"strings"
)

// unread tells a variable of a script that nothing reads: a list of models one might
// choose from is kept beside the one that is loaded (unsloth's notebooks). A module that
// others import is no script; its upper-case names are settings that they read, the others its own
// where it loads something itself.
func (r *pyReader) unread(d *pyDecl) bool {
	switch lower := strings.ToLower(d.key) == d.key; {
	case !d.variable:
		return false
	case !lower && !r.notebook():
		return false // a setting that another module reads
	case !r.script() && !(d.value.scope == r.x.root && r.loads()):
		return false
	}
	return occurs(r.x.m.Text, d.key) == 1
}

// loopHead is for x in, which takes the names one by one.
var loopHead = regexp.MustCompile(`\bfor\s+[\w\s,()]+\sin\s*$`)

const maxLoopHead = 80 // bytes before the name of what a loop goes over

// compared tells a variable whose only use is to be compared with: names that a program
// knows something about are not what it loads.
func (r *pyReader) compared(d *pyDecl) bool {
	if !d.variable {
		return false
	}
	text, uses := r.x.m.Text, 0
	for from := 0; ; {
		i := strings.Index(text[from:], d.key)
		if i < 0 {
			return uses > 0
		}
		start, end := from+i, from+i+len(d.key)
		from = end
		if start > 0 && wordByte(text[start-1]) || end < len(text) && wordByte(text[end]) {
			continue
		}
		after := strings.TrimLeft(text[end:min(end+8, len(text))], " ")
		if strings.HasPrefix(after, "=") && !strings.HasPrefix(after, "==") {
			continue // it is given its value
		}
		before := strings.TrimRight(text[max(start-8, 0):start], " ")
		if loopHead.MatchString(text[max(start-maxLoopHead, 0):start]) {
			return false
		}
		if !strings.HasSuffix(before, " in") && !strings.HasSuffix(before, "==") && !strings.HasSuffix(before, "!=") {
			return false
		}
		uses++
	}
}

// notebook tells what no module imports.
func (r *pyReader) notebook() bool {
	return strings.HasSuffix(r.x.m.Path, ".ipynb") || strings.HasPrefix(r.x.m.Text, "# Databricks notebook source")
}

// loads tells a module that loads something itself from one of settings, which others read.
func (r *pyReader) loads() bool {
	for i := range r.x.calls {
		if c := &r.x.calls[i]; strings.HasSuffix(c.name, ".from_pretrained") {
			return true
		}
	}
	return false
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
