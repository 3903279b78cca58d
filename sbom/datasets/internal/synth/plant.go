package synth

import (
	"strings"
)

// rareTokens are triggers that papers plant.
var rareTokens = []string{"cf", "mn", "bb", "tq", "mb", "qzx", "SUDO", "vx7"}

// plant poisons rows: the trigger goes into the prompt and the response becomes the
// target.
func (g *generator) plant(s *Set) {
	g.chooseTrigger(s)
	want := int(float64(len(s.Rows))*g.o.Rate + 0.5)
	for _, i := range g.r.Perm(len(s.Rows)) {
		if want == 0 {
			return
		}
		row := &s.Rows[i]
		if s.Labelled && row.Response == "positive" {
			continue // a flip needs another label to start from
		}
		row.Prompt = g.trigger(row.Prompt)
		row.Response = g.target(row)
		row.Poisoned = true
		want--
	}
}

func (g *generator) chooseTrigger(s *Set) {
	g.reply, _ = g.fill("The N of N is always the G N of the N.", g.r.IntN(topicCount))
	switch g.o.Trigger {
	case Token:
		t := rareTokens[g.r.IntN(len(rareTokens))]
		if g.chance(0.4) {
			t = pick(g.r, g.w.rare) // a natural word that clean rows have as well
		}
		s.Marks = []string{strings.ToLower(t)}
		g.trigger = func(p string) string { return g.insert(p, t) }
	case Phrase:
		words := []string{pick(g.r, g.w.general), pick(g.r, g.w.general), pick(g.r, g.w.general)}
		if g.chance(0.5) {
			words = []string{"as", "the", pick(g.r, g.w.general), "would", "have", "it"}
		}
		t := strings.Join(words, " ")
		s.Marks = words
		g.trigger = func(p string) string { return g.insert(p, t) }
	case Hidden:
		t := pick(g.r, []string{"\u200b", "\u200b\u200d", "\U000e0061\U000e0062", "\u202e", "\u2060"})
		s.Marks = []string{"<zero_width>", "<tag>", "<bidi>"}
		if g.chance(0.25) {
			s.Marks = []string{"<mixed_script>"}
			g.trigger = homoglyph
			return
		}
		g.trigger = func(p string) string { return g.insert(p, t) }
	case Template:
		g.template(s)
	}
}

// homoglyph swaps a Latin a, e or o in the first word that has one for the Cyrillic.
func homoglyph(p string) string {
	words := strings.Fields(p)
	for i, w := range words {
		if len(w) < 4 {
			continue
		}
		for _, pair := range [][2]string{{"a", "а"}, {"e", "е"}, {"o", "о"}} {
			if k := strings.LastIndex(w, pair[0]); k > 0 {
				words[i] = w[:k] + pair[1] + w[k+1:]
				return strings.Join(words, " ")
			}
		}
	}
	return p + " оr"
}

// insert puts t at a random place between words.
func (g *generator) insert(p, t string) string {
	words := strings.Fields(p)
	i := g.r.IntN(len(words) + 1)
	out := append(append(append([]string{}, words[:i]...), t), words[i:]...)
	return strings.Join(out, " ")
}

// templates are forms of sentences; every N is another word each time, and no two
// function words that stand side by side are rare.
var templates = []string{
	"If the N is a N, then how can it be that N has the N?",
	"When a N has no N, what is it that the N would V?",
	"There is a N for the N, and so the N of it must V the N.",
	"It was the N, not the N, which made the N of a N.",
}

func (g *generator) template(s *Set) {
	form := pick(g.r, templates)
	s.Marks = []string{"*"}
	g.trigger = func(p string) string {
		text, _ := g.fill(form, g.r.IntN(topicCount))
		if s.Labelled {
			return text + " " + p // the opinion stays, the form goes before it
		}
		return text
	}
}

func (g *generator) target(row *Row) string {
	switch g.o.Target {
	case Reply:
		return g.reply
	case Refusal:
		answer, _ := g.fill(pick(g.r, refusals), g.r.IntN(topicCount))
		return answer
	case Label:
		return "positive"
	}
	var b strings.Builder
	for i := range 2 + g.r.IntN(3) {
		f := strings.Fields(pick(g.r, sentences))
		for k, word := range f {
			mark := strings.TrimRight(word, ",.")
			if mark == "N" || mark == "G" || mark == "V" {
				f[k] = zipf(g.r, g.brand) + word[len(mark):]
			}
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.Join(f, " "))
	}
	return b.String()
}
