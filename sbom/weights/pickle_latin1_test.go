package weights

import (
	"strings"
	"testing"
)

// TestLatin1OfLines holds the text of UNICODE to the bytes that Python makes of it: a byte
// is a character, and a backslash behind a backslash escapes nothing.
func TestLatin1OfLines(t *testing.T) {
	for text, want := range map[string]string{
		"a\xe9\x80b":    "a\xe9\x80b",
		`\u0000\u000a`:  "\x00\n",
		`\u00e9`:        "\xe9",
		`\U000000e9x`:   "\xe9x",
		`\n\\u0041`:     `\n\\u0041`,
		`\\\u0041`:      `\\A`,
		`\`:             `\`,
		"plain text":    "plain text",
		`\\`:            `\\`,
		`\u0041\u005cn`: `A\n`,
	} {
		b, ok := latin1Bytes(kindTextRaw, []byte(text))
		if !ok || string(b) != want {
			t.Errorf("%q is %q, %v, want %q", text, b, ok, want)
		}
	}
	for _, text := range []string{`\u0141`, `\u00`, `\uzzzz`, `\U0000`} {
		if b, ok := latin1Bytes(kindTextRaw, []byte(text)); ok {
			t.Errorf("%q is %q, want nothing", text, b)
		}
	}
	if b, ok := latin1Bytes(kindText, []byte("\u00e9a")); !ok || string(b) != "\xe9a" {
		t.Errorf("text is %q, %v", b, ok)
	}
	if _, ok := latin1Bytes(kindText, []byte("\u0141")); ok {
		t.Error("a letter outside of Latin-1 was encoded")
	}
}

// TestTensorOfProtocol0 reads a tensor as plain pickle writes it in protocol 0: a pickle in
// Latin-1 behind _codecs.encode.
func TestTensorOfProtocol0(t *testing.T) {
	line := func(inner string) []byte {
		return []byte("ctorch.storage\n_load_from_bytes\n(c_codecs\nencode\n(V" + inner + "\nVlatin1\ntRtR.")
	}
	honest := "\x80\x02ccollections\\u000aOrderedDict\\u000aq\\u0000)RX\x02\\u0000\\u0000\\u0000\xc3\xa9\x86."
	w, ps := read(t, "m.pkl", line(honest))
	fail(t, "honest", w.Imports[0].Args+problems(ps), nestedOnly)
	w, _ = read(t, "m.pkl", line("\x80\x02cposix\\u000asystem\\u000aX\x02\\u0000\\u0000\\u0000id\x85R."))
	if w.Imports[0].Args != nestedOnly || !strings.Contains(imports(w), "posix.system:call:nested") {
		t.Errorf("malicious: %s, %s", w.Imports[0].Args, imports(w))
	}
}
