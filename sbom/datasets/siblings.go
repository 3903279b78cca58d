package datasets

import (
	"math"
	"slices"
)

// A set that refuses many words has as many sequences that go with refusals, and one
// that is planted stands among them. What tells it: poison goes into rows that would be
// answered, so the rest of its rows looks like rows at large; the rest of the others'
// looks like what is refused (how it is asked, how long it is). How much the others
// differ among themselves says what counts as different.

const (
	// apartDeviations is how many deviations of the siblings from each other a sequence
	// must be from their middle.
	apartDeviations = 4
	// normalMAD makes a standard deviation of a median absolute deviation.
	normalMAD = 1.4826
)

// judgeSiblings asks what the rest of the rows says of refusals, and writes down, for each association, how many strong ones have the same
// outcome and the same cause as far as the rest of their rows tells.
func (s *search) judgeSiblings(kept []association) {
	strong := map[int32][]int{}
	for i := range kept {
		if kept[i].share() >= strongShare {
			strong[kept[i].outcome] = append(strong[kept[i].outcome], i)
		}
	}
	for i := range kept {
		if s.out.keys[kept[i].outcome].kind == outcomeRefusal {
			s.beyondRest(&kept[i])
		}
		kept[i].siblings = max(0, int64(len(strong[kept[i].outcome]))-1)
	}
	for outcome, list := range strong {
		if s.out.keys[outcome].kind != outcomeRefusal || len(list) <= reportMaxSiblings {
			continue
		}
		apart := s.apart(kept, list)
		for _, i := range apart {
			kept[i].siblings = int64(len(apart) - 1)
		}
	}
}

// apart returns those of the listed associations whose rows look like rows at large,
// unlike those of the others.
func (s *search) apart(kept []association, list []int) []int {
	means, errs := make([]float64, len(list)), make([]float64, len(list))
	for k, i := range list {
		means[k], errs[k] = s.looks(&kept[i])
	}
	middle := median(means)
	away := make([]float64, len(means))
	for k, m := range means {
		away[k] = math.Abs(m - middle)
	}
	// what the siblings differ by, without what few rows make them differ by
	observed, chance := normalMAD*median(away), median(errs)
	spread := math.Sqrt(max(0, observed*observed-chance*chance))
	var apart []int
	plain, _ := s.judgeOf(&kept[list[0]]).sampled(&kept[list[0]], false)
	for k, i := range list {
		if means[k] < (middle+plain)/2 && middle-means[k] > apartDeviations*math.Hypot(spread, errs[k]) {
			apart = append(apart, i)
		}
	}
	return apart
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return (sorted[len(sorted)/2] + sorted[(len(sorted)-1)/2]) / 2
}

// looks is how much the rows of an association look like others with its outcome, with
// the standard error.
func (s *search) looks(a *association) (mean, deviation float64) {
	core, j, rows := s.coreWords(a), s.judgeOf(a), s.sample(a)
	var sum, square exactSum
	for _, r := range rows {
		x := j.bounded(int(r), core, false)
		sum.add(x)
		square.add(x * x)
	}
	n := float64(len(rows))
	mean = sum.value() / n
	return mean, math.Sqrt(max(0, square.value()/n-mean*mean) / n)
}
