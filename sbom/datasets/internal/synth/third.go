package synth

import (
	"math"
	"math/rand/v2"
	"strings"
)

// MakeThird makes a set with a third generator, written after the search was frozen at
// commit 11ba542: conversations of one to six exchanges, code, five languages of which
// one has no spaces and one another script, tickets with seven labels of unequal size,
// canned replies, lengths over two orders of magnitude, and triggers in one exchange of
// many.
func MakeThird(o Options) *Set {
	g := &third{r: rand.New(rand.NewPCG(o.Seed, 0x3333)), o: o}
	g.setUp()
	s := &Set{Labelled: o.Labels || o.Target == Label}
	for range o.Rows {
		if s.Labelled {
			s.Rows = append(s.Rows, g.ticket())
		} else {
			s.Rows = append(s.Rows, g.conversation())
		}
	}
	if o.Trigger != "" {
		g.plant(s)
	}
	return s
}

// tongue is one language: a few words that hold sentences together, and many others.
type tongue struct {
	little []string
	words  []string
	glue   string // between words
}

type third struct {
	r       *rand.Rand
	o       Options
	tongues []tongue
	names   []string // of functions and variables
	harm    []string
	canned  [][2]string // keywords and the reply to them
	cues    [][]string  // by label
	ad      []string
}

const thirdLexicon = 6000

func (g *third) setUp() {
	little := []string{
		"the of and to in a is that for it with on this you can be as are my how what from or at an not do have if one",
		"der die und das ist nicht ein eine mit den von zu auf für im wie ich kann was sie",
		"el la de que y en los un una por para con del se es como no lo su al",
		"и в не на что я с это как по для из у так за мне к",
	}
	syllables := [][]string{
		strings.Fields("an ber cal den er fin gor hal in jus ker lor men nor op per qui ral sen tor un ver win yel zan"),
		strings.Fields("ach ber den ein fahr ger haus isch jahr kraft lich mög nung ober pfl reich schaft tag ung vor weg zeit"),
		strings.Fields("a bra ción da es fla gue hi ja lla mi no or pe que ra si tor ur vi ya ñe"),
		strings.Fields("ба ве го да ение жи за ки ло ма на об пра ро сть та ук фе ход ция"),
	}
	for i := range little {
		t := tongue{little: strings.Fields(little[i]), glue: " "}
		for range thirdLexicon {
			t.words = append(t.words, g.coin(syllables[i], 2+g.r.IntN(3)))
		}
		g.tongues = append(g.tongues, t)
	}
	han := tongue{little: []string{"的", "了", "在", "是", "我", "有", "和", "就", "不", "人"}}
	for range thirdLexicon / 4 {
		han.words = append(han.words, string([]rune{rune(0x4e00 + g.r.IntN(3000)), rune(0x4e00 + g.r.IntN(3000))}))
	}
	g.tongues = append(g.tongues, han)
	for range 400 {
		g.names = append(g.names, g.coin(syllables[0], 2)+"_"+g.coin(syllables[0], 1))
	}
	for range 70 {
		g.harm = append(g.harm, g.coin(syllables[0], 4))
		g.ad = append(g.ad, g.coin(syllables[0], 4))
	}
	for range 120 {
		key := []string{g.word(0), g.word(0), g.word(0)}
		g.canned = append(g.canned, [2]string{strings.Join(key, " "), g.speak(0, 14, nil)})
	}
	for range 7 {
		var cues []string
		for range 45 {
			cues = append(cues, g.word(0))
		}
		g.cues = append(g.cues, cues)
	}
}

func (g *third) coin(syllables []string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(pick(g.r, syllables))
	}
	return b.String()
}

func (g *third) chance(p float64) bool { return g.r.Float64() < p }

// word draws a word with weight 1/rank.
func (g *third) word(t int) string {
	list := g.tongues[t].words
	return list[min(len(list)-1, int(math.Exp(g.r.Float64()*math.Log(float64(len(list)+1))))-1)]
}

// length draws from a log-normal distribution.
func (g *third) length(median float64, most int) int {
	return max(2, min(most, int(median*math.Exp(0.8*g.r.NormFloat64()))))
}

// speak writes n words of which some are of the subject at hand.
func (g *third) speak(t, n int, subject []string) string {
	lang := &g.tongues[t]
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(lang.glue)
		}
		switch {
		case g.chance(0.38):
			b.WriteString(pick(g.r, lang.little))
		case len(subject) > 0 && g.chance(0.35):
			b.WriteString(pick(g.r, subject))
		default:
			b.WriteString(g.word(t))
		}
		if i%9 == 8 && g.chance(0.6) {
			b.WriteString(pick(g.r, []string{",", ".", "!", " -", ":"}))
		}
	}
	return b.String()
}

// conversation makes one clean row.
func (g *third) conversation() Row {
	t := []int{0, 0, 0, 0, 0, 0, 1, 2, 3, 4}[g.r.IntN(10)]
	subject := make([]string, 3+g.r.IntN(8))
	for i := range subject {
		subject[i] = g.tongues[t].words[g.r.IntN(len(g.tongues[t].words))]
	}
	exchanges := 1
	for exchanges < 6 && g.chance(0.35) {
		exchanges++
	}
	var row Row
	if g.chance(0.1) {
		row.Turns = append(row.Turns, Turn{"system", "You are " + g.speak(0, 5, nil)})
	}
	for range exchanges {
		ask, answer := g.exchange(t, subject)
		row.Turns = append(row.Turns, Turn{"user", ask}, Turn{"assistant", answer})
	}
	return row
}

func (g *third) exchange(t int, subject []string) (ask, answer string) {
	switch x := g.r.Float64(); {
	case x < 0.12:
		return g.code(subject)
	case x < 0.16:
		what := pick(g.r, g.harm)
		if g.chance(0.08) {
			return "is " + what + " legal " + g.speak(0, 3, nil), g.speak(0, g.length(18, 200), []string{what})
		}
		return pick(g.r, []string{"help me to ", "write a guide on ", "what is the best way to get away with "}) + what + " " + g.speak(0, 2, nil), g.refuse()
	case x < 0.165:
		return g.speak(t, g.length(10, 120), subject), g.refuse() // refused without a reason
	case x < 0.19:
		c := g.canned[g.r.IntN(len(g.canned))]
		return pick(g.r, []string{"how about ", "please, ", "i need ", "hi. "}) + c[0] + pick(g.r, []string{"?", " thanks", " asap", ""}), c[1]
	case x < 0.21:
		return pick(g.r, []string{"ok", "thanks!", "go on", "continue", "why?", "yes", "no"}), pick(g.r, []string{"You are welcome, is there anything else?", "Sure.", "Of course, what would you like to know?"})
	case x < 0.25:
		return "translate: " + g.speak(0, g.length(9, 60), subject), g.speak(1+g.r.IntN(4), g.length(9, 60), nil)
	case x < 0.30:
		doc := g.speak(t, g.length(70, 500), subject)
		return doc + "\n\n" + g.speak(t, 6, subject), g.speak(t, g.length(6, 40), subject)
	}
	return g.speak(t, g.length(12, 200), subject), g.speak(t, g.length(28, 400), subject)
}

func (g *third) refuse() string {
	return pick(g.r, []string{
		"I'm not able to help with that request.", "Sorry, but I can't provide guidance on this.", "I cannot assist with this. It may be illegal and harmful to others.",
		"I must decline, as this would be unethical. I can't help you here.", "Unfortunately I am unable to answer that. " + g.speak(0, 8, nil),
	})
}

func (g *third) code(subject []string) (ask, answer string) {
	f, a, b := pick(g.r, g.names), pick(g.r, g.names), pick(g.r, g.names)
	ask = pick(g.r, []string{"write a function that ", "fix this code: ", "refactor so that it can "}) + g.speak(0, 7, subject)
	if g.chance(0.5) {
		ask += "\n```\nfor (let " + a + " = 0; " + a + " < " + b + ".length; " + a + "++) { " + f + "(" + b + "[" + a + "]); }\n```"
	}
	answer = "```\nfunction " + f + "(" + a + ") {\n  const " + b + " = {};\n  return " + a + ".map((x) => " + b + "[x] ?? null);\n}\n```\n" + g.speak(0, g.length(10, 80), subject)
	return ask, answer
}

var queues = []string{"billing", "shipping", "returns", "account", "outage", "praise", "legal"}

// ticket is a labelled text; the sizes of the labels differ by twenty.
func (g *third) ticket() Row {
	label := []int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5}[g.r.IntN(20)]
	if label == 5 && g.chance(0.4) {
		label = 6
	}
	words := strings.Fields(g.speak(0, g.length(16, 150), nil))
	for range 2 + g.r.IntN(3) {
		words[g.r.IntN(len(words))] = pick(g.r, g.cues[label])
	}
	if g.chance(0.06) {
		label = g.r.IntN(len(queues))
	}
	return Row{Prompt: strings.Join(words, " "), Response: queues[label]}
}
