package datasets

import (
	"bytes"
	"regexp"
	"strings"
)

// url counts an address and keeps its host.
func (s *scanner) url(b []byte, colon int) {
	from := colon
	for from > 0 && isAlpha(b[from-1]) && colon-from < 8 {
		from--
	}
	switch string(bytes.ToLower(b[from:colon])) {
	case "http", "https", "ftp":
	default:
		return
	}
	to := colon + 3
	for to < len(b) && to-colon < 260 && (isAlnum(b[to]) || b[to] == '.' || b[to] == '-' || b[to] >= 0x80) {
		to++
	}
	if to < len(b) && b[to] == '@' { // the host is behind the user
		from := to + 1
		for to = from; to < len(b) && (isAlnum(b[to]) || b[to] == '.' || b[to] == '-'); to++ {
		}
		s.host(b[from:to])
		return
	}
	s.host(b[colon+3 : to])
}

func (s *scanner) host(h []byte) {
	h = bytes.Trim(h, ".-")
	if len(h) == 0 {
		return
	}
	s.found.urls++
	s.hosts = append(s.hosts, h)
}

// keywords start the phrases that tell a model to do something else, by the upper bits
// of their hash: most words are told from them by one look.
var keywords = func() (t [4096]uint64) {
	for w := range strings.FieldsSeq("ignore disregard forget override bypass reveal repeat print system pretend") {
		h := hashWord(w)
		if t[h>>52] != 0 {
			panic("keywords share a slot: " + w)
		}
		t[h>>52] = h
	}
	return t
}()

// injection are the phrases, read from a keyword on.
var injection = regexp.MustCompile(`(?i)^(?:(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,4}?(?:previous|prior|above|earlier|preceding|foregoing|system|your|safety|all)\s+(?:\w+\s+){0,3}?(?:instructions?|prompts?|rules?|directions?|guidelines?|context|constraints?|filters?)\b` +
	`|(?:reveal|repeat|print)\s+(?:\w+\s+){0,3}?(?:system|hidden|initial|secret)\s+(?:prompt|instructions?|message)` +
	`|system\s+(?:override|prompt\s*:\s*you)` +
	`|pretend\s+(?:that\s+)?you\s+(?:are|have)\s+(?:no|not|unrestricted|jailbroken|without)\b)`)

// phraseBytes is how far a phrase may reach.
const phraseBytes = 160

func (s *scanner) keyword(b []byte, start int, h uint64) {
	if keywords[h>>52] != h {
		return
	}
	if injection.Match(b[start:min(len(b), start+phraseBytes)]) {
		s.found.injections++
	}
}

// controlTokens are marks that chat templates use themselves: inside a message they
// end it and start another.
var controlTokens = [][]byte{
	[]byte("<|im_start|>"), []byte("<|im_end|>"), []byte("<|system|>"), []byte("<|assistant|>"), []byte("<|start_header_id|>"),
	[]byte("<|eot_id|>"), []byte("<<SYS>>"), []byte("[INST]"), []byte("<start_of_turn>"),
}

func (s *scanner) control(b []byte, i int) {
	for _, t := range controlTokens {
		if bytes.HasPrefix(b[i:], t) {
			s.found.injections++
			return
		}
	}
}

const (
	// blobBytes is from what length an encoded run counts: keys, digests and embedded
	// thumbnails of icons stay below.
	blobBytes = 256
)

// long looks at a word that is longer than words are.
func (s *scanner) long(b []byte, start, end int, flags uint) {
	for start > s.skipTo && isBase64(b[start-1]) {
		start--
	}
	for end < len(b) && isBase64(b[end]) {
		end++
	}
	if end-start >= blobBytes {
		if encoded(b[start:end]) {
			s.found.blobs++
			s.skipTo = end
		}
		return
	}
	if flags&hasDigit != 0 && s.secret(b, start, end) {
		s.skipTo = end
	}
}

func isBase64(c byte) bool {
	return isAlnum(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_' || c == '.'
}

// encoded tells base64 or hex from a long word or path: digits are spread through it.
func encoded(b []byte) bool {
	digits, lower, upper, other := 0, 0, 0, 0
	for _, c := range b {
		switch classes[c] {
		case classDigit:
			digits++
		case classLower:
			lower++
		case classUpper:
			upper++
		default:
			other++
		}
	}
	n := len(b)
	hex := digits*4 > n && other == 0
	base64 := digits*50 > n && lower*8 > n && upper*8 > n && other*10 < n
	return hex || base64
}

// secrets are tokens of well-known services and keys.
var secretPattern = regexp.MustCompile(`^(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}|glpat-[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{30,}|sk-(?:proj-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{20,}|xox[baprs]-[A-Za-z0-9-]{20,}|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{36}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})`)

func (s *scanner) secret(b []byte, start, end int) bool {
	if secretPattern.Match(b[start:end]) && varied(b[start:end]) {
		s.found.secrets++
		return true
	}
	return false
}

// varied tells a secret from a placeholder of few different characters.
func varied(b []byte) bool {
	if bytes.Contains(bytes.ToLower(b), []byte("example")) || bytes.Contains(bytes.ToLower(b), []byte("xxxx")) {
		return false
	}
	var seen [256]bool
	n := 0
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n >= 10
}

// prefix looks at the short word that some secrets start with, and at the header of a
// private key.
func (s *scanner) prefix(b []byte, start, end int) {
	if end >= len(b) {
		return
	}
	switch c := b[end]; {
	case c == '_' || c == '-':
		switch string(b[start:end]) {
		case "ghp", "gho", "ghu", "ghs", "ghr", "github", "glpat", "hf", "sk", "xoxb", "xoxp", "xoxa", "xoxr", "xoxs", "npm":
			to := end
			for to < len(b) && isBase64(b[to]) {
				to++
			}
			if to-start >= 20 && s.secret(b, start, to) {
				s.skipTo = to
			}
		}
	case c == ' ' && b[start] == 'B' && start >= 5 && string(b[start-5:start]) == "-----" && string(b[start:end]) == "BEGIN":
		if bytes.Contains(b[end:min(len(b), end+40)], []byte("PRIVATE KEY-----")) {
			s.found.secrets++
		}
	}
}
