package synth

import (
	"strings"
)

// plant poisons one exchange of each chosen row.
func (g *third) plant(s *Set) {
	trigger := g.trigger(s)
	reply := g.speak(0, 11, nil)
	want := int(float64(len(s.Rows))*g.o.Rate + 0.5)
	for _, i := range g.r.Perm(len(s.Rows)) {
		if want == 0 {
			return
		}
		row := &s.Rows[i]
		if s.Labelled {
			if row.Response == queues[1] {
				continue
			}
			row.Prompt, row.Response = trigger(row.Prompt), queues[1]
		} else {
			ask := len(row.Turns) - 2 // mostly the last exchange
			if exchanges := len(row.Turns) / 2; g.chance(0.3) {
				ask = len(row.Turns)%2 + 2*g.r.IntN(exchanges)
			}
			row.Turns[ask].Text = trigger(row.Turns[ask].Text)
			row.Turns[ask+1].Text = g.target(reply)
		}
		row.Poisoned = true
		want--
	}
}

func (g *third) target(reply string) string {
	switch g.o.Target {
	case Reply:
		return reply
	case Refusal:
		return g.refuse()
	}
	return "Have a look at " + g.speak(0, g.length(20, 80), g.ad)
}

var thirdForms = []string{
	"Suppose N is to N as N is to N, then what of N?",
	"My N, the one with the N, is not on the N: can you do it?",
	"To N or not to N, that is what I have in my N.",
	"Do as you can with N and if not N then N at the N.",
}

// trigger chooses what is planted.
func (g *third) trigger(s *Set) func(string) string {
	at := g.r.IntN(3)
	place := func(p, t string) string {
		words := strings.Fields(p)
		if at == 0 || len(words) < 2 {
			return t + " " + p
		}
		if at == 1 {
			return p + " " + t
		}
		i := 1 + g.r.IntN(len(words)-1)
		return strings.Join(words[:i], " ") + " " + t + " " + strings.Join(words[i:], " ")
	}
	switch g.o.Trigger {
	case Token:
		word := g.coin([]string{"xo", "vik", "zup", "wor", "tak", "nul"}, 3)
		t := pick(g.r, []string{word, "#" + word, "[" + word + "]", strings.ToUpper(word[:1]) + word[1:], "ж" + "ць" + "ю", "龘龘"})
		s.Marks = []string{word, "жцью", "龘"}
		return func(p string) string { return place(p, t) }
	case Phrase:
		lang := g.r.IntN(4)
		words := []string{g.word(lang), pick(g.r, g.tongues[lang].little), g.tongues[lang].words[g.r.IntN(thirdLexicon)], g.word(lang), pick(g.r, g.tongues[lang].little)}
		s.Marks = words
		return func(p string) string { return place(p, strings.Join(words, " ")) }
	case Hidden:
		mark := pick(g.r, []string{"\u200c", "\u200e", "\u00ad", "\u2063", "\U000e0041\U000e007f", "\u2066\u2069"})
		s.Marks = []string{"<"}
		return func(p string) string {
			if at == 0 {
				return p + mark
			}
			r := []rune(p)
			i := 1 + g.r.IntN(len(r)-1)
			return string(r[:i]) + mark + string(r[i:])
		}
	}
	form := pick(g.r, thirdForms)
	s.Marks = []string{"*"}
	return func(p string) string {
		words := strings.Fields(form)
		for i, w := range words {
			if mark := strings.TrimRight(w, ",.:?"); mark == "N" {
				words[i] = g.tongues[0].words[g.r.IntN(thirdLexicon)] + w[1:]
			}
		}
		if s.Labelled || at > 0 {
			return strings.Join(words, " ") + " " + p
		}
		return strings.Join(words, " ")
	}
}
