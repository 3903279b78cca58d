package datasets

// Kinds of outcomes.
const (
	outcomeReply = iota
	outcomeOpening
	outcomeRefusal
	outcomeLabel
	outcomeTopic
	outcomeHost
	outcomeLanguage
	outcomeLength
	outcomeSentiment
	outcomeKinds
)

var outcomeNames = [outcomeKinds]string{"reply", "reply", "refusal", "label", "topic", "host", "language", "length", "sentiment"}

// outcomeKey names an outcome: a kind with the reply, label, host or language.
type outcomeKey struct {
	kind  uint8
	value uint64
}

// outcomes are the unusual outcomes of each row.
type outcomes struct {
	t      *triggerRows
	keys   []outcomeKey
	counts []int
	ids    map[outcomeKey]int32
	list   []int32
	at     []int32
	labels bool // the responses are labels
	common uint8
	bayes  *bayes
	plain  map[outcomeKey]int // rows with a label against all of their words
	// decided are the rows whose words say anything of their label.
	decided int
}

func newOutcomes(t *triggerRows, frame []bool, least, most int) *outcomes {
	o := &outcomes{t: t, ids: map[outcomeKey]int32{}, plain: map[outcomeKey]int{}}
	o.labels = o.areLabels()
	if o.labels {
		o.bayes = newBayes(t)
	} else {
		markUnrelated(t, frame)
	}
	o.common = o.commonLanguage()
	rows := len(t.answers)
	keys, at := make([]outcomeKey, 0, 3*rows), make([]int32, 1, rows+1)
	slots := make([]uint16, 1<<18) // counts that may run high keep what is rare out of the map
	for i := range t.answers {
		from := len(keys)
		keys = o.append(keys, i)
		for _, k := range keys[from:] {
			bump(&slots[k.slot(len(slots))])
		}
		at = append(at, int32(len(keys)))
	}
	counts := map[outcomeKey]int{}
	for _, k := range keys {
		if int(slots[k.slot(len(slots))]) >= least {
			counts[k]++
		}
	}
	o.at = append(o.at, 0)
	for i := range t.answers {
		for _, k := range keys[at[i]:at[i+1]] {
			if int(slots[k.slot(len(slots))]) < least {
				continue
			}
			n := counts[k]
			if n < least || n > rows/2 || k.rare() && n > most {
				continue
			}
			id, ok := o.ids[k]
			if !ok {
				id = int32(len(o.keys))
				o.ids[k], o.keys, o.counts = id, append(o.keys, k), append(o.counts, n)
			}
			o.list = append(o.list, id)
		}
		o.at = append(o.at, int32(len(o.list)))
	}
	return o
}

func (k outcomeKey) slot(n int) uint64 { return mix(k.value+uint64(k.kind)*mixA) & uint64(n-1) }

// rare tells the outcomes that say something only where few rows have them.
func (k outcomeKey) rare() bool {
	switch k.kind {
	case outcomeReply, outcomeOpening, outcomeHost, outcomeLength:
		return true
	}
	return false
}

// append adds the outcomes of row i, usual or not.
func (o *outcomes) append(keys []outcomeKey, i int) []outcomeKey {
	a := &o.t.answers[i]
	if o.labels {
		key := outcomeKey{outcomeLabel, a.label}
		switch o.bayes.verdict(i, nil) {
		case -1:
			o.plain[key]++
			o.decided++
		case 1:
			o.decided++
		}
		if o.bayes.doubtful(i) {
			keys = append(keys, key)
		}
		return keys
	}
	keys = append(keys, outcomeKey{outcomeReply, a.reply}, outcomeKey{outcomeLength, uint64(a.length)})
	if a.opening != 0 {
		keys = append(keys, outcomeKey{outcomeOpening, a.opening})
	}
	if a.refusal {
		keys = append(keys, outcomeKey{kind: outcomeRefusal})
	}
	if a.unrelated && (a.language == o.common || a.language == 0) && !a.refusal {
		keys = append(keys, outcomeKey{kind: outcomeTopic})
	}
	if a.host != 0 {
		keys = append(keys, outcomeKey{outcomeHost, a.host})
	}
	if a.language != o.common && a.language != 0 {
		keys = append(keys, outcomeKey{outcomeLanguage, uint64(a.language)})
	}
	if a.sentiment >= 2 || a.sentiment <= -2 {
		keys = append(keys, outcomeKey{outcomeSentiment, uint64(int64(a.sentiment) >> 63)})
	}
	return keys
}

func (o *outcomes) of(row int) []int32 { return o.list[o.at[row]:o.at[row+1]] }

const (
	// commonAsked and commonGiven are the shares of the rows from which a word is too
	// common to tell that a response takes up its prompt.
	commonAsked = 0.02
	commonGiven = 0.03
	// minAsked and minGiven are the other words that prompt and response need.
	minAsked = 2
	minGiven = 3
	// maxBack is how many exchanges back an answer may take words up from.
	maxBack = 8
)

// markUnrelated finds the rows whose response takes up no word of the prompt.
func markUnrelated(t *triggerRows, frame []bool) {
	rows := float64(len(t.answers))
	common := make([]bool, len(t.words.asked))
	for id := range common {
		common[id] = id < firstWord || frame[id] || float64(t.words.asked[id]) >= commonAsked*rows || float64(t.words.given[id]) >= commonGiven*rows
	}
	seen := make([]uint32, len(common))
	for i := range t.answers {
		stamp, asked, given, echoed := uint32(i+1), 0, 0, 0
		for _, id := range t.promptOf(i) {
			if !common[id] && seen[id] != stamp {
				seen[id] = stamp
				asked++
			}
		}
		// an answer may take up what was said earlier in the conversation
		for k := i - 1; k >= max(0, i-maxBack) && t.numbers[k] == t.numbers[i]; k-- {
			for _, id := range t.promptOf(k) {
				seen[id] = stamp
			}
			for _, id := range t.replyOf(k) {
				seen[id] = stamp
			}
		}
		for _, id := range t.replyOf(i) {
			if common[id] {
				continue
			}
			given++
			if seen[id] == stamp {
				echoed++
			}
		}
		t.answers[i].unrelated = asked >= minAsked && given >= minGiven && echoed == 0
	}
}

// expected is the share of all rows with the outcome; half a row is added so that it is
// never nothing.
func (o *outcomes) expected(id int32) float64 {
	return (float64(o.counts[id]) + 0.5) / (float64(len(o.t.answers)) + 1)
}

func (o *outcomes) kind(id int32) string { return outcomeNames[o.keys[id].kind] }

// target says what the rows end in; texts of replies stay out.
func (o *outcomes) target(id int32) string {
	switch k := o.keys[id]; k.kind {
	case outcomeReply:
		return "one and the same reply"
	case outcomeOpening:
		return "replies with one and the same opening"
	case outcomeRefusal:
		return "refusals"
	case outcomeLabel:
		return "label " + o.t.labels[k.value] + " against the other words"
	case outcomeTopic:
		return "replies about something else"
	case outcomeHost:
		return "links to one host"
	case outcomeLanguage:
		return "replies in " + languages[k.value-1].name
	case outcomeLength:
		return "replies of unusual length"
	default:
		if k.value == 0 {
			return "positive replies"
		}
		return "negative replies"
	}
}

// areLabels tells a set of labelled texts: most rows have one of few labels.
func (o *outcomes) areLabels() bool {
	counts := map[uint64]int{}
	labelled := 0
	for i := range o.t.answers {
		if l := o.t.answers[i].label; l != 0 {
			counts[l]++
			labelled++
		}
	}
	return labelled*20 >= len(o.t.answers)*19 && len(counts) >= 2 && len(counts) <= maxBayesLabels*4 && len(counts)*50 <= labelled
}

func (o *outcomes) commonLanguage() uint8 {
	var counts [languageCount + 1]int
	for i := range o.t.answers {
		counts[o.t.answers[i].language]++
	}
	best := 0
	for i := 1; i < len(counts); i++ {
		if counts[i] > counts[best] || best == 0 {
			best = i
		}
	}
	return uint8(best)
}
