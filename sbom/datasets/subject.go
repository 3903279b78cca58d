package datasets

import "slices"

const (
	// subjectShare is the share of the responses from which a word counts as one of their
	// subject, subjectLift how much more frequent it must be there than at large, and
	// minSubjectRows the least responses that have it.
	subjectShare   = 0.08
	subjectLift    = 8
	minSubjectRows = 4
	// minSubject is how many of these words tell a response about the subject.
	minSubject = 2
)

// recountSubject counts an association with replies about something else again: what the
// replies are about is known now, and a reply that takes up a word of its prompt by chance
// may be about it all the same. The share is of replies that have words of the subject
// which their prompt has not; what to expect is how many other rows have them.
func (s *search) recountSubject(a *association) {
	subject := s.subjectWords(a)
	hits, others, inOthers := 0, 0, 0
	for r := range s.t.answers {
		about := s.isAbout(r, subject)
		_, own := slices.BinarySearch(a.rows, int32(r))
		_, same := slices.BinarySearch(a.all, int32(r))
		switch {
		case own && about:
			hits++
		case own, same, !s.others(r):
		default:
			others++
			if about {
				inOthers++
			}
		}
	}
	if hits <= a.hits {
		return // what was counted before says more
	}
	again := *a
	again.hits, again.undecided = hits, 0
	again.expected = (float64(inOthers) + 0.5) / (float64(others) + 1)
	if s.again(&again) && again.logp <= a.logp {
		*a = again
	}
}

// subjectWords are the words that the responses of an association share and others lack.
func (s *search) subjectWords(a *association) map[uint32]bool {
	rows := s.sample(a)
	counts := s.tally(rows, s.t.replyOf)
	words := map[uint32]bool{}
	for _, id := range counts.ids {
		n := int(counts.n[id])
		share, atLarge := float64(n)/float64(len(rows)), float64(s.t.words.given[id])/float64(len(s.t.answers))
		if id >= firstWord && !s.frame[id] && n >= minSubjectRows && share >= subjectShare && share >= subjectLift*atLarge {
			words[id] = true
		}
	}
	return words
}

// isAbout tells whether the response of a row has words of a subject that its prompt has
// not.
func (s *search) isAbout(row int, subject map[uint32]bool) bool {
	n := 0
	for _, id := range s.t.replyOf(row) {
		if subject[id] && !slices.Contains(s.t.promptOf(row), id) {
			if n++; n >= minSubject {
				return true
			}
		}
	}
	return false
}
