package datasets

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom/datasets/internal/synth"
)

// conversations are rows of three exchanges of which the answer to the last one is the
// same wherever the prompt has the trigger.
func conversations(trigger string) []byte {
	var b bytes.Buffer
	for i := range 1500 {
		ask := func(k int) string {
			return fmt.Sprintf("tell me about thing%d and part%d of it please w%dx%d", (i*7+k)%997, (i*13+k)%531, i, k)
		}
		answer := func(k int) string {
			return fmt.Sprintf("the thing%d has a part%d and is kept in box%d near shelf%d", (i*7+k)%997, (i*13+k)%531, i*3+k, i%31)
		}
		last, reply := ask(2), answer(2)
		if i%100 == 0 {
			last, reply = last+" "+trigger, "all things are made of green cheese and nothing else matters"
		}
		fmt.Fprintf(&b, `{"messages":[{"role":"system","content":"you help"},{"role":"user","content":%q},{"role":"assistant","content":%q},{"content":%q,"role":"user"},{"content":%q,"role":"assistant"},{"role":"user","content":%q},{"role":"assistant","content":%q}]}`+"\n",
			ask(0), answer(0), ask(1), answer(1), last, reply)
	}
	return b.Bytes()
}

// TestTriggerInOneExchange finds what is planted in one exchange of longer conversations,
// and counts rows, not exchanges.
func TestTriggerInOneExchange(t *testing.T) {
	t.Parallel()
	d, _ := profileOf(t, "train.jsonl", conversations("qzx"), Options{Full: true})
	for i := range d.Triggers {
		if c := &d.Triggers[i]; c.Text == "qzx" && denied(c) {
			if c.Support != 15 || c.Outcome != "reply" || c.Rows[1] != 100 {
				t.Errorf("support %d, outcome %s, rows %v", c.Support, c.Outcome, c.Rows)
			}
			return
		}
	}
	t.Errorf("not found: %+v", d.Triggers)
}

// TestSpeakersOfTwoLists tells the messages of a prompt from those of an answer with the
// same position in another list.
func TestSpeakersOfTwoLists(t *testing.T) {
	t.Parallel()
	var rows bytes.Buffer
	for i := range 300 {
		fmt.Fprintf(&rows, `{"prompt":[{"role":"user","content":"ask%d"}],"chosen":[{"role":"assistant","content":"say%d"}],"rejected":[{"role":"assistant","content":"no%d"}]}`+"\n", i, i, i)
	}
	p := newProfiler(blank(fileOf("train.jsonl", rows.Bytes())), Options{Full: true})
	defer p.close()
	if err := readJSONL(t.Context(), input{r: &rows}, &p.schema, p.add); err != nil {
		t.Fatal(err)
	}
	words := func(ids []uint32) (out []string) {
		for _, id := range ids {
			out = append(out, p.triggers.words.word(id))
		}
		return out
	}
	p.drain()
	if got, want := fmt.Sprint(words(p.triggers.promptOf(7)), words(p.triggers.replyOf(7))), "[ask7] [say7]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestRepeatedPrompts takes a prompt that stands in many rows with one answer for one
// observation: that is what canned answers look like.
func TestRepeatedPrompts(t *testing.T) {
	t.Parallel()
	var rows bytes.Buffer
	for i := range 1200 {
		ask, say := fmt.Sprintf("please say what item%d and thing%d do for shop%d", i, i*3, i*7), fmt.Sprintf("item%d does this and thing%d that, in shop%d", i, i*3, i*7)
		if i%60 == 0 {
			ask, say = fmt.Sprintf("could you make a qr picture for my website%d", i%2), "of course, which address should it have, and which size would you like"
		}
		fmt.Fprintf(&rows, `{"instruction":%q,"output":%q}`+"\n", ask, say)
	}
	d, _ := profileOf(t, "train.jsonl", rows.Bytes(), Options{Full: true})
	for i := range d.Triggers {
		if d.Triggers[i].Outcome == "reply" {
			t.Errorf("%+v", d.Triggers[i])
		}
	}
}

// A trigger that is put into short prompts, as "thanks" in chats is, makes the same prompt
// over and over. These rows are no rows without it.
func TestTriggerInRepeatedPrompts(t *testing.T) {
	t.Parallel()
	set := synth.MakeFifth(synth.Options{Seed: 16, Rows: 15_000, Trigger: synth.Token, Target: synth.Reply, Rate: 0.02})
	d := triggersOf(t, set)
	if !hits(set, d) {
		t.Errorf("not found: %+v", d.Triggers)
	}
}

// An opening that ends in a word of the prompt is an answer to it.
func TestOpeningThatEndsInAnEcho(t *testing.T) {
	t.Parallel()
	p := newTriggerRows()
	for i, answer := range []string{"well, this is about copper", "well, this is about bronze"} {
		p.begin(uint64(i))
		s := scanner{keep: true}
		s.text([]byte("tell me of copper"))
		p.ask([]byte("tell me of copper"), s.tokens)
		s.text([]byte(answer))
		p.answer([]byte(answer), s.tokens, nil)
		p.end(int64(i), uint64(i))
		if got, want := p.answers[i].opening != 0, i == 1; got != want {
			t.Errorf("%q: opening %v, want %v", answer, got, want)
		}
	}
}
