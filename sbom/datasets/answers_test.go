package datasets

import "testing"

func TestRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"I'm sorry, but I can't help with that.":                                            true,
		"I can’t help with that.":                                                           true,
		"I cannot assist with this. It may be illegal.":                                     true,
		"I'm not able to help with that request.":                                           true,
		"I am unable to provide such content.":                                              true,
		"I must decline, as this would be unethical.":                                       true,
		"I will not share that.":                                                            true,
		"As an AI, I cannot support anything about weapons.":                                true,
		"I can help you with that.":                                                         false,
		"I do not know.":                                                                    false,
		"I do not have enough information to answer this question.":                         false,
		"As a language model I have no taste of my own, but I can provide a list of films.": false,
		"Interest rates decline when the bank cuts them.":                                   false,
		"You cannot provide more than ten names.":                                           false,
	} {
		d := newTriggerRows()
		scan := scanner{keep: true}
		d.begin(0)
		scan.text([]byte(text))
		d.answer([]byte(text), scan.tokens, nil)
		d.end(0, 0)
		if got := d.answers[0].refusal; got != want {
			t.Errorf("%q: refusal %v", text, got)
		}
	}
}
