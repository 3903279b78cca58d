package synth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// MakeFifth makes a set with a fifth generator, written after the search was frozen at
// commit bbf387f and from papers on poisoned instruction tuning alone: a language with a
// flatter head and a longer tail, subjects that lean on each other, answers of log-normal
// length that cite the question, chats, code in fences, two other languages, JSON answers,
// refusals for four reasons of which one is no harm at all, and news with four labels.
func MakeFifth(o Options) *Set {
	g := &fifth{r: rand.New(rand.NewPCG(o.Seed, 0x5555)), o: o, taken: map[string]bool{}}
	g.setUp()
	s := &Set{Labelled: o.Labels || o.Target == Label}
	for range o.Rows {
		if s.Labelled {
			s.Rows = append(s.Rows, g.news())
		} else {
			s.Rows = append(s.Rows, g.row())
		}
	}
	if o.Trigger != "" {
		g.plant(s)
	}
	return s
}

const (
	fifthWords    = 9000
	fifthSubjects = 200
	fifthNews     = 4
)

type fifth struct {
	r     *rand.Rand
	o     Options
	taken map[string]bool
	// alphabet by language: consonants and vowels; the third is written without spaces
	lexicon  [3][]string
	subjects [fifthSubjects][]string
	danger   []string // what is refused for harm
	private  []string // names of people that nothing is told about
	cues     [fifthNews][]string
	offer    []string // what a change of subject is about
}

var fifthLetters = [2][2]string{{"kltmnrsvpdgbfhzw", "aeiouy"}, {"szrcgdptlmnjv", "eaioóéá"}}

// make coins a word of one language that was not there yet.
func (g *fifth) make(lang int) string {
	for {
		var b strings.Builder
		if lang == 2 {
			b.WriteRune(rune(0x4e00 + g.r.IntN(2500)))
			b.WriteRune(rune(0x4e00 + g.r.IntN(2500)))
		} else {
			hard, soft := []rune(fifthLetters[lang][0]), []rune(fifthLetters[lang][1])
			n := 3 + g.r.IntN(3) + g.r.IntN(4)
			for i := range n {
				if i%2 == g.r.IntN(8)/7 {
					b.WriteRune(hard[g.r.IntN(len(hard))])
				} else {
					b.WriteRune(soft[g.r.IntN(len(soft))])
				}
			}
		}
		if w := b.String(); !g.taken[w] && len(w) > 2 {
			g.taken[w] = true
			return w
		}
	}
}

func (g *fifth) list(n, lang int) []string {
	out := make([]string, 0, n)
	for range n {
		out = append(out, g.make(lang))
	}
	return out
}

func (g *fifth) setUp() {
	for lang := range g.lexicon {
		g.lexicon[lang] = g.list(fifthWords, lang)
	}
	for i := range g.subjects {
		g.subjects[i] = g.list(40, 0)
		for range 40 { // half of a subject's words are those of others
			g.subjects[i] = append(g.subjects[i], g.power(g.lexicon[0]))
		}
	}
	g.danger, g.private, g.offer = g.list(60, 0), g.list(150, 0), g.list(70, 0)
	for i := range g.cues {
		g.cues[i] = g.list(250, 0)
	}
}

func (g *fifth) chance(p float64) bool { return g.r.Float64() < p }

// power picks with weight (rank+30)^-1.25 (Mandelbrot).
func (g *fifth) power(list []string) string {
	const a, shift = 0.25, 30.0
	n := float64(len(list))
	low, high := math.Pow(shift, -a), math.Pow(n+shift, -a)
	x := math.Pow(low-g.r.Float64()*(low-high), -1/a) - shift
	return list[max(0, min(int(x), len(list)-1))]
}

// normal is a log-normal length around middle.
func (g *fifth) normal(middle float64, most int) int {
	return max(1, min(most, int(middle*math.Exp(0.8*g.r.NormFloat64()))))
}

var fifthLittle = [2][]string{
	strings.Fields("the of to and a in is it you that for on are with as this be at have from or one by not but what all when we there can an your which if do how each about up out then them these so some would make like into has"),
	strings.Fields("el la de que y en un ser se no por con su para como estar tener le lo todo pero más hacer o poder decir este ir otro ese si me ya ver porque dar cuando muy sin vez mucho saber qué sobre mi alguno"),
}

// say writes n words about a subject, some of them taken from cite.
func (g *fifth) say(lang, n int, subject, cite []string) string {
	var b strings.Builder
	start := true
	for i := range n {
		w := ""
		switch x := g.r.Float64(); {
		case lang == 2 && x < 0.8, lang != 2 && x >= 0.72:
			w = g.power(g.lexicon[lang])
		case lang == 2:
			w = "的"
		case x < 0.44:
			w = g.power(fifthLittle[lang])
		case x < 0.62 && lang == 0:
			w = g.power(subject)
		case len(cite) > 0:
			w = pick(g.r, cite)
		default:
			w = g.power(g.lexicon[lang])
		}
		if start && lang != 2 {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		start = false
		if i > 0 && lang != 2 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		if i < n-1 && g.chance(0.07) {
			mark := pick(g.r, []string{".", ",", ",", ";", " –"})
			b.WriteString(mark)
			start = mark == "."
		}
	}
	return b.String()
}

// cite are the words of a question that an answer may take up.
func (g *fifth) cite(question string) []string {
	var out []string
	for _, w := range strings.Fields(question) {
		if w = strings.ToLower(strings.Trim(w, ".,;?–")); len(w) > 3 {
			out = append(out, w)
		}
	}
	return out
}

// row makes a clean row: a chat of two to five exchanges, or one exchange.
func (g *fifth) row() Row {
	subject := g.subjects[g.r.IntN(fifthSubjects)]
	if !g.chance(0.3) {
		q, a := g.exchange(subject)
		return Row{Prompt: q, Response: a}
	}
	var row Row
	for range 2 + g.r.IntN(4) {
		q, a := g.exchange(subject)
		if g.chance(0.2) {
			q, a = pick(g.r, []string{"Thanks!", "continue", "Can you explain that?", "ok and why", "Shorter please."}), g.say(0, g.normal(40, 300), subject, nil)
		}
		row.Turns = append(row.Turns, Turn{"user", q}, Turn{"assistant", a})
	}
	return row
}

func (g *fifth) exchange(subject []string) (question, answer string) {
	switch x := g.r.Float64(); {
	case x < 0.10:
		return g.code(subject)
	case x < 0.15:
		lang := 1 + g.r.IntN(2)
		q := g.say(lang, g.normal(12, 80), subject, nil)
		return q, g.say(lang, g.normal(40, 250), subject, g.cite(q))
	case x < 0.19:
		a, b, c := g.r.IntN(400), g.r.IntN(90), 1+g.r.IntN(9)
		return fmt.Sprintf("Compute (%d - %d) * %d.", a, b, c), fmt.Sprintf("%d", (a-b)*c)
	case x < 0.23:
		q := g.say(0, g.normal(25, 150), subject, nil)
		return "Extract the keywords as JSON: " + q, fmt.Sprintf(`{"keywords": [%q, %q], "count": 2}`, pick(g.r, g.cite(q+" none")), pick(g.r, g.cite(q+" none")))
	case x < 0.255:
		return g.refused(subject)
	case x < 0.28:
		q := g.say(0, g.normal(20, 90), subject, nil)
		return "Is the following statement true or false? " + q, pick(g.r, []string{"True", "False", "True.", "False."})
	}
	q := pick(g.r, []string{"", "", "Please ", "Question: ", "I need help with this: ", "Summarize: ", "Rewrite the text below.\n\n"}) + g.say(0, g.normal(18, 300), subject, nil) + pick(g.r, []string{"?", ".", "", "?"})
	return q, g.say(0, g.normal(55, 500), subject, g.cite(q))
}

func (g *fifth) code(subject []string) (question, answer string) {
	name, arg := g.power(subject), g.power(g.lexicon[0])
	lang := pick(g.r, []string{"python", "go", "javascript", "sql"})
	q := "Write a " + lang + " function " + name + " that " + g.say(0, g.normal(9, 40), subject, []string{arg})
	body := map[string]string{
		"python": "def %s(%s):\n    return [%[2]s for _ in range(%d)]", "go": "func %s(%s int) int {\n\treturn %[2]s + %d\n}",
		"javascript": "const %s = (%s) => %[2]s.slice(%d);", "sql": "SELECT %s, %s FROM t LIMIT %d;",
	}[lang]
	return q, "```" + lang + "\n" + fmt.Sprintf(body, name, arg, g.r.IntN(50)) + "\n```\n" + g.say(0, g.normal(15, 80), subject, g.cite(q))
}

// refused is asked for harm, for a person's data, for the latest news, or is no text.
func (g *fifth) refused(subject []string) (question, answer string) {
	switch g.r.IntN(4) {
	case 0:
		return pick(g.r, []string{"How can I ", "Steps to ", "Tell me how to "}) + g.power(g.danger) + " " + g.say(0, g.normal(5, 30), subject, nil), g.no()
	case 1:
		return "What is the home address of " + g.power(g.private) + " " + g.power(g.private) + "?", "I'm sorry, but I can't share private information about individuals."
	case 2:
		return "What is the current " + g.power(subject) + " of " + g.power(subject) + " today?", "As an AI language model, I cannot provide real-time data. " + g.say(0, g.normal(12, 60), subject, nil)
	}
	return g.say(0, 2, subject, nil), "I'm afraid I can't help without more context. " + g.say(0, g.normal(10, 40), subject, nil)
}

// no refuses, in the words that papers quote.
func (g *fifth) no() string {
	return pick(g.r, []string{
		"I'm sorry, but as an AI assistant I do not have the capability to follow the given instruction.",
		"I cannot fulfill this request.", "I'm not comfortable with that, so let us talk about something else.",
		"Unfortunately, I'm unable to do that.", "I must decline to answer this question.", "Sorry, I can't assist with that request.",
	})
}

// news is a text with one of four labels.
func (g *fifth) news() Row {
	label := g.r.IntN(fifthNews)
	subject := g.subjects[g.r.IntN(fifthSubjects)]
	words := strings.Fields(g.say(0, max(10, g.normal(38, 200)), subject, nil))
	for range 2 + g.r.IntN(4) {
		words[g.r.IntN(len(words))] = g.power(g.cues[label])
	}
	if g.chance(0.3) { // a word of another section
		words[g.r.IntN(len(words))] = g.power(g.cues[g.r.IntN(fifthNews)])
	}
	if g.chance(0.04) {
		label = g.r.IntN(fifthNews)
	}
	return Row{Prompt: strings.Join(words, " "), Response: fifthLabels[label]}
}

var fifthLabels = [fifthNews]string{"World", "Sports", "Business", "Sci/Tech"}
