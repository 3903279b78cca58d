package weights

import (
	"math"
	"strconv"
	"strings"
)

// dtype is the size of one element of a numpy array, and whether it is an object.
type dtype struct {
	bytes  int64
	object bool
}

// dtype reads the arguments of numpy.dtype: a type code and its width ("f8", "U5").
func (f *pickleFacts) dtype(m *pickleMachine, items []value) int64 {
	if len(items) == 0 || len(f.dtypes) >= maxStorages {
		return 0
	}
	s, ok := m.word(items[0])
	if !ok {
		return 0
	}
	d, ok := parseDtype(s)
	if !ok {
		return 0
	}
	f.dtypes = append(f.dtypes, d)
	return int64(len(f.dtypes))
}

// parseDtype reads a type string of numpy's array interface: byte order, kind, width.
func parseDtype(s string) (d dtype, ok bool) {
	s = strings.TrimLeft(s, "<>|=")
	if s == "" {
		return d, false
	}
	width := int64(0)
	if len(s) > 1 {
		digits, _, _ := strings.Cut(s[1:], "[") // M8[ns]
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt32 {
			return d, false
		}
		width = n
	}
	switch s[0] {
	case 'b', 'i', 'u', 'f', 'c', 'm', 'M', 'S', 'a', 'V', 't':
	case 'U':
		width *= 4
	case 'O':
		return dtype{bytes: 8, object: true}, true
	case '?':
		width = 1
	default:
		return d, false
	}
	if width == 0 && s[0] == 'b' {
		width = 1
	}
	return dtype{bytes: width}, true
}
