package datasets

import (
	"slices"
	"strings"
)

// assistants are the names that chat formats have for the model; a call of a tool is
// something that it says.
var assistants = []string{"assistant", "gpt", "model", "bot", "chatgpt", "ai", "function_call", "tool_call", "tool_calls"}

// maxMessages bounds the messages of one row whose speaker is told.
const maxMessages = 4096

// speakers notes who says each message of the row. Lists are told apart: a row of
// preferences has the messages before the answer in one and the answers in others.
func (p *profiler) speakers(r *row) {
	for i := range p.speaks {
		p.speaks[i] = p.speaks[i][:0]
	}
	p.turns = 0
	for i := range r.fields {
		f := &r.fields[i]
		c := &p.schema.columns[f.column]
		if c.role != roleSpeaker || f.item >= maxMessages {
			continue
		}
		for len(p.speaks) <= c.list {
			p.speaks = append(p.speaks, nil)
		}
		list := p.speaks[c.list]
		for len(list) <= f.item {
			list = append(list, rolePrompt)
		}
		if slices.Contains(assistants, strings.ToLower(string(f.text[:min(len(f.text), 16)]))) {
			list[f.item] = roleResponse
			p.turns++
		}
		p.speaks[c.list] = list
	}
}

func (p *profiler) roleOf(f *field) role {
	c := &p.schema.columns[f.column]
	if c.role != roleSpoken {
		return c.role
	}
	if c.list < len(p.speaks) && f.item < len(p.speaks[c.list]) {
		return p.speaks[c.list][f.item]
	}
	return rolePrompt
}
