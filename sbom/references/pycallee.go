package references

import "strings"

// calleeMatches compares segments from the end. A row marked lib also holds for the
// bare last segment, whose import was not seen.
func calleeMatches(r pyRole, callee string) bool {
	want := r.callee
	if strings.Contains(r.flags, "lib") && !strings.Contains(callee, ".") {
		return callee == last(want)
	}
	for {
		w, c := last(want), last(callee)
		if !segmentMatches(w, c) {
			return false
		}
		if w == want {
			return true
		}
		if c == callee {
			return false
		}
		want, callee = want[:len(want)-len(w)-1], callee[:len(callee)-len(c)-1]
	}
}

// segmentMatches compares one segment with a pattern in which '*' is any text.
func segmentMatches(want, have string) bool {
	first, rest, open := strings.Cut(want, "*")
	if !open {
		return want == have
	}
	if !strings.HasPrefix(have, first) {
		return false
	}
	have = have[len(first):]
	for {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(have, part)
		}
		i := strings.Index(have, part)
		if i < 0 {
			return false
		}
		have, rest = have[i+len(part):], more
	}
}
