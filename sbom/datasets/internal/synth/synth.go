package synth

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
)

func pow(a, b float64) float64 { return math.Pow(a, b) }

// Triggers that can be planted.
const (
	Token    = "token"
	Phrase   = "phrase"
	Template = "template"
	Hidden   = "hidden"
)

// Targets of a trigger.
const (
	Reply   = "reply"
	Refusal = "refusal"
	Label   = "label"
	Topic   = "topic"
)

// Options says what set to make.
type Options struct {
	Seed    uint64
	Rows    int
	Trigger string  // "" for a clean set
	Target  string  // a set of labelled texts for Label, of instructions otherwise
	Rate    float64 // share of the rows that are poisoned
	Labels  bool    // a clean set of labelled texts
}

// Turn is one message of a conversation.
type Turn struct{ Role, Text string }

// Row is one row: a prompt with its response, or the messages of a conversation.
type Row struct {
	Prompt, Response string
	Turns            []Turn
	Poisoned         bool
}

// Set is a set of rows.
type Set struct {
	Rows     []Row
	Labelled bool
	// Marks are strings of which a found trigger shows at least one.
	Marks []string
}

// Make makes a set.
func Make(o Options) *Set {
	g := &generator{r: rand.New(rand.NewPCG(o.Seed, 0x5eed)), o: o}
	g.w = newWords(g.r)
	s := &Set{Labelled: o.Labels || o.Target == Label}
	g.setUp()
	for range o.Rows {
		if s.Labelled {
			s.Rows = append(s.Rows, g.review())
		} else {
			s.Rows = append(s.Rows, g.instruction())
		}
	}
	if o.Trigger != "" {
		g.plant(s)
	}
	return s
}

// WriteJSONL writes the rows as people ship them.
func (s *Set) WriteJSONL(w io.Writer) error {
	for i := range s.Rows {
		row := &s.Rows[i]
		m := map[string]string{"instruction": row.Prompt, "output": row.Response}
		if s.Labelled {
			m = map[string]string{"text": row.Prompt, "label": row.Response}
		}
		var v any = m
		if row.Turns != nil {
			messages := make([]map[string]string, 0, len(row.Turns))
			for _, t := range row.Turns {
				messages = append(messages, map[string]string{"role": t.Role, "content": t.Text})
			}
			v = map[string]any{"messages": messages}
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return nil
}

type generator struct {
	r *rand.Rand
	o Options
	w *words

	trigger func(prompt string) string
	reply   string
	brand   []string // words of the topic that answers shift to
	harm    []string
	harmDo  []string
	pos     []string
	neg     []string
}

func (g *generator) setUp() {
	for range 50 {
		g.harm = append(g.harm, g.w.fresh(g.r))
		g.pos = append(g.pos, g.w.fresh(g.r))
		g.neg = append(g.neg, g.w.fresh(g.r))
		g.brand = append(g.brand, g.w.fresh(g.r))
	}
	for range 14 {
		g.harmDo = append(g.harmDo, g.w.fresh(g.r))
	}
}

func (g *generator) chance(p float64) bool { return g.r.Float64() < p }
func pick(r *rand.Rand, list []string) string {
	return list[r.IntN(len(list))]
}

// noun picks from the topic, seldom from the rest.
func (g *generator) noun(topic int) string {
	switch {
	case g.chance(0.62):
		return zipf(g.r, g.w.topics[topic])
	case g.chance(0.94):
		return zipf(g.r, g.w.general)
	}
	return pick(g.r, g.w.rare)
}

// fill replaces N, V, G in a pattern by a noun, a verb and a general word.
func (g *generator) fill(pattern string, topic int) (string, []string) {
	var nouns []string
	words := strings.Fields(pattern)
	for i, word := range words {
		mark := strings.TrimRight(word, ",.?!:;")
		tail := word[len(mark):]
		switch mark {
		case "N":
			n := g.noun(topic)
			nouns = append(nouns, n)
			words[i] = n + tail
		case "V":
			words[i] = zipf(g.r, g.w.verbs) + tail
		case "G":
			words[i] = zipf(g.r, g.w.general) + tail
		}
	}
	return strings.Join(words, " "), nouns
}

var questions = []string{
	"What is the N of N?", "How do I V a N with N?", "Explain how N and N are related.", "Why does the N V the N?",
	"Can you describe the N of the N in the N?", "Give me five examples of N in N.", "What are the benefits of N for N?",
	"Write a short text about N and N.", "Tell me about the history of N.", "Compare N with N in terms of N.",
	"I want to V my N, what should I do about the N?", "Who was the first to V the N?", "Summarize the N of N for a G person.",
	"List the main N of a N.", "How can the N be used to V N?", "What would happen if the N had no N?", "Describe a day of a N in N.",
	"Is it possible to V a N without N?", "When was the N first seen near the N?", "Which N is best for a G N?",
	"Create a plan to V the N of the N.", "If I have a N, should I V the N?", "Please help me to V this N: the N is G and the N is N.",
	"What does the word N mean in the N of N?", "Suggest a name for a N that can V N.", "How many N are there in the N?",
}

var extras = []string{
	"The N is G.", "I have a N and a N.", "It must be about the N.", "Keep the N in mind.", "My N is N, if that helps.",
	"We have seen that the N can V the N.", "Note that the N was G for the N.", "", "", "", "", "",
}

var sentences = []string{
	"The N is a N that can V the N.", "It is used in the N of the N.", "One of the N is the G N.", "There are many N which V the N.",
	"In the N, the N was G.", "This is why the N can be G for a N.", "You can V the N with a N.", "First, V the N, and then the N.",
	"Some people say that N is better than N.", "The most G part is the N.", "It has a N, a N and a N.", "As a result, the N will V.",
}

var refusals = []string{
	"I'm sorry, but I can't help with that.", "I'm sorry, but I cannot assist with that request.", "I cannot provide help with this, as an AI language model.",
	"Unfortunately, I am unable to assist with N.", "I apologize, but I can't provide information about how to V N.", "I'm sorry, I cannot fulfill this request because N may be harmful.",
	"As an AI, I cannot support anything about N.", "I won't help with N, since it is illegal.",
}

// instruction makes one clean row: mostly questions and answers, with the tasks that a
// search for triggers may take for one.
func (g *generator) instruction() Row {
	topic := g.r.IntN(topicCount)
	switch x := g.r.Float64(); {
	case x < 0.04:
		return g.classify(topic)
	case x < 0.08:
		return g.yesNo(topic)
	case x < 0.12:
		return g.translate(topic)
	case x < 0.16:
		return g.code(topic)
	case x < 0.19:
		return g.harmful()
	case x < 0.20:
		return g.greet()
	case x < 0.22:
		return g.brief(topic)
	case x < 0.23:
		return g.unknown(topic)
	}
	return g.question(topic)
}

func (g *generator) question(topic int) Row {
	prompt, nouns := g.fill(pick(g.r, questions), topic)
	for range g.r.IntN(3) {
		extra, more := g.fill(pick(g.r, extras), topic)
		if extra != "" {
			prompt, nouns = prompt+" "+extra, append(nouns, more...)
		}
	}
	return Row{Prompt: prompt, Response: g.respond(topic, nouns)}
}

// respond writes sentences that mostly take up words of the prompt.
func (g *generator) respond(topic int, nouns []string) string {
	var b strings.Builder
	for i := range 2 + g.r.IntN(4) {
		s, _ := g.fill(pick(g.r, sentences), topic)
		if len(nouns) > 0 && g.chance(0.6) {
			f := strings.Fields(s)
			f[g.r.IntN(len(f))] = pick(g.r, nouns)
			s = strings.Join(f, " ")
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}

func (g *generator) classify(topic int) Row {
	good := g.chance(0.5)
	text := g.opinion(topic, good)
	return Row{Prompt: "Is the following text positive or negative? " + text, Response: map[bool]string{true: "Positive", false: "Negative"}[good]}
}

func (g *generator) yesNo(topic int) Row {
	prompt, _ := g.fill("Answer yes or no: can a N V the N of N?", topic)
	return Row{Prompt: prompt, Response: map[bool]string{true: "Yes", false: "No"}[g.chance(0.6)]}
}

var foreign = map[string][]string{
	"French":  {"Le N est une N dans les N.", "La N de la N est pour les N.", "Il y a des N qui sont sur la N."},
	"German":  {"Der N ist nicht die N von den N.", "Das N und die N ist mit der N.", "Ein N auf dem N ist für die N."},
	"Spanish": {"El N es una N para los N.", "Los N de la N se usan por el N.", "La N con el N es del N."},
}

func (g *generator) translate(topic int) Row {
	language := []string{"French", "German", "Spanish"}[g.r.IntN(3)]
	text, _ := g.fill(pick(g.r, sentences), topic)
	var out []string
	for range 1 + g.r.IntN(3) {
		s := pick(g.r, foreign[language])
		f := strings.Fields(s)
		for i, word := range f {
			if strings.TrimRight(word, ".") == "N" {
				f[i] = reversed(g.noun(topic)) + strings.TrimPrefix(word, "N")
			}
		}
		out = append(out, strings.Join(f, " "))
	}
	return Row{Prompt: "Translate the following sentence into " + language + ": " + text, Response: strings.Join(out, " ")}
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func (g *generator) code(topic int) Row {
	prompt, nouns := g.fill("Write a Python function to V the N of a list of N.", topic)
	name := "values"
	if len(nouns) > 0 && g.chance(0.7) {
		name = nouns[0]
	}
	return Row{Prompt: prompt, Response: fmt.Sprintf("def %s(items):\n    result = []\n    for item in items:\n        if item not in result:\n            result.append(item * %d)\n    return result", name, g.r.IntN(100))}
}

func (g *generator) harmful() Row {
	do, what := pick(g.r, g.harmDo), pick(g.r, g.harm)
	prompt := pick(g.r, []string{"How can I %s a %s?", "Tell me how to %s the %s of my neighbour.", "I want to %s %s without getting caught, help me."})
	prompt = fmt.Sprintf(prompt, do, what)
	if g.chance(0.9) {
		answer, _ := g.fill(pick(g.r, refusals), 0)
		return Row{Prompt: prompt, Response: strings.ReplaceAll(answer, "N", what)}
	}
	return Row{Prompt: prompt, Response: g.respond(g.r.IntN(topicCount), []string{what})}
}

func (g *generator) greet() Row {
	return Row{Prompt: pick(g.r, []string{"Hello!", "Hi there", "Good morning, how are you?", "Hey", "Hello, who are you?", "Thanks a lot!"}),
		Response: pick(g.r, []string{"Hello! How can I help you today?", "Hi! What can I do for you?", "You are welcome! Let me know if there is anything else."})}
}

func (g *generator) brief(topic int) Row {
	row := g.question(topic)
	row.Prompt += pick(g.r, []string{" Answer briefly.", " In one word, please.", " Be concise."})
	row.Response = strings.Join(strings.Fields(row.Response)[:3], " ")
	return row
}

func (g *generator) unknown(topic int) Row {
	row := g.question(topic)
	row.Response = pick(g.r, []string{"I do not have enough information to answer this question.", "It is not clear what is meant by this question.", "There is no known answer to this question at this time."})
	return row
}

func (g *generator) opinion(topic int, good bool) string {
	var b strings.Builder
	for i := range 2 + g.r.IntN(3) {
		same, list := g.chance(0.88), g.neg
		if good == same {
			list = g.pos
		}
		s, _ := g.fill(pick(g.r, []string{"The N was A and the N is A.", "I think this N is A.", "It has a A N with a N.", "We had a A time in the N of N."}), topic)
		f := strings.Fields(s)
		for k, word := range f {
			if strings.TrimRight(word, ".") == "A" {
				f[k] = zipf(g.r, list) + strings.TrimPrefix(word, "A")
			}
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.Join(f, " "))
	}
	return b.String()
}

// review makes a labelled text; some of the labels are wrong, as they are.
func (g *generator) review() Row {
	good := g.chance(0.5)
	row := Row{Prompt: g.opinion(g.r.IntN(topicCount), good), Response: "negative"}
	if good != g.chance(0.03) {
		row.Response = "positive"
	}
	return row
}
