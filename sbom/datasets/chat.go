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

// conversation scans a row in which the model speaks more than once, in the order of its
// messages: each answer with what was said since the one before is an exchange of its
// own for the search for triggers. What is planted in one of them shows in its answer,
// and the other answers of the row would hide it.
func (p *profiler) conversation(r *row, hash uint64) {
	sampled := p.triggers.begin(hash)
	answered := false
	for i := range r.fields {
		f := &r.fields[i]
		who := p.roleOf(f)
		if f.kind != kindString {
			continue
		}
		hosts := len(p.scan.found.hosts)
		p.scan.text(f.text)
		p.compare()
		if !sampled {
			continue
		}
		switch who {
		case rolePrompt:
			if answered {
				p.triggers.end(r.number, hash)
				if sampled, answered = p.triggers.begin(hash), false; !sampled {
					continue
				}
			}
			p.triggers.ask(f.text, p.scan.tokens)
		case roleResponse:
			p.triggers.answer(f.text, p.scan.tokens, p.scan.found.hosts[hosts:])
			answered = true
		case roleLabel:
			p.triggers.labelled(f.text)
		}
	}
	if sampled {
		p.triggers.end(r.number, hash)
	}
}
