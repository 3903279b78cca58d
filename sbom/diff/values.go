package diff

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// difference is one place where two documents differ.
type difference struct{ pointer, before, after string }

// differences finds where two documents differ, as people say it: an entry that one side
// lacks is one difference, and an entry taken out of a list does not rename those after it.
type differences struct {
	keys *regexp.Regexp // the pointers that count; nil for all
	out  []difference
}

func (d *differences) add(pointer string, before, after any) {
	switch {
	case neutralKeys.MatchString(pointer):
	case d.keys == nil || d.keys.MatchString(pointer):
		if b, n := flat(before), flat(after); b != n {
			d.out = append(d.out, difference{pointer, b, n})
		}
	default: // what counts may be inside what one side lacks
		was, is := map[string]string{}, map[string]string{}
		scalars(pointer, before, was)
		scalars(pointer, after, is)
		for _, at := range keysOf(was, is) {
			if was[at] != is[at] && d.keys.MatchString(at) {
				d.out = append(d.out, difference{at, was[at], is[at]})
			}
		}
	}
}

// scalars lists the scalars of a document by JSON pointer.
func scalars(pointer string, v any, out map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			scalars(pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key), value, out)
		}
	case []any:
		for i := range v {
			scalars(pointer+"/"+strconv.Itoa(i), v[i], out)
		}
	default:
		out[pointer] = flat(v)
	}
}

func (d *differences) compare(pointer string, before, after any) {
	if old, ok := before.(map[string]any); ok {
		if now, ok := after.(map[string]any); ok {
			for _, key := range keysOf(old, now) {
				d.compare(pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key), old[key], now[key])
			}
			return
		}
	}
	if old, ok := before.([]any); ok {
		if now, ok := after.([]any); ok {
			d.lists(pointer, old, now)
			return
		}
	}
	d.add(pointer, before, after)
}

// lists leaves out what both lists hold, and pairs the rest in order when as many are left.
func (d *differences) lists(pointer string, before, after []any) {
	old, now := without(before, after), without(after, before)
	at := func(i int) string { return pointer + "/" + strconv.Itoa(i) }
	if len(old) == len(now) {
		for i := range old {
			d.compare(at(now[i]), before[old[i]], after[now[i]])
		}
		return
	}
	for _, i := range old {
		d.add(at(i), before[i], nil)
	}
	for _, i := range now {
		d.add(at(i), nil, after[i])
	}
}

// without gives the places of the items of a list that the other one does not hold.
func without(list, other []any) []int {
	count := map[string]int{}
	for _, v := range other {
		count[flat(v)]++
	}
	var out []int
	for i, v := range list {
		if s := flat(v); count[s] > 0 {
			count[s]--
		} else {
			out = append(out, i)
		}
	}
	return out
}

// differing keeps the lines of two texts that the other one does not have, or the whole
// texts when the lines only changed their order.
func differing(before, after string) (string, string) {
	old, now := strings.Split(before, "\n"), strings.Split(after, "\n")
	only := func(list, other []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) }), "\n")
	}
	if b, n := only(old, now), only(now, old); b != "" || n != "" {
		return b, n
	}
	return before, after
}

// shownPair bounds two values; when their starts do not tell them apart, both are shown
// from a little before the first difference.
func shownPair(before, after string) (string, string) {
	before, after = strings.Join(strings.Fields(before), " "), strings.Join(strings.Fields(after), " ")
	same := 0
	for same < min(len(before), len(after)) && before[same] == after[same] {
		same++
	}
	if before != after && before != "" && after != "" && same > maxShownBytes/2 && max(len(before), len(after)) > maxShownBytes {
		from := same - maxShownBytes/4
		if space := strings.LastIndexByte(before[:from], ' '); space > 0 {
			from = space + 1
		}
		before, after = "…"+strings.ToValidUTF8(before[from:], ""), "…"+strings.ToValidUTF8(after[from:], "")
	}
	return shown(before), shown(after)
}
