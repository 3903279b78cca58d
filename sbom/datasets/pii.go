package datasets

import (
	"bytes"
	"strings"
)

// reservedDomains are for documentation and tests (RFC 2606, RFC 6761): what is sent
// there reaches nobody.
var reservedDomains = []string{"example.com", "example.org", "example.net", ".example", ".test", ".invalid", ".localhost"}

// fileEndings are what a last label is when an @ stands in a file name (icon@2x.png).
var fileEndings = map[string]bool{"png": true, "jpg": true, "jpeg": true, "gif": true, "svg": true, "js": true, "css": true, "py": true, "md": true, "json": true}

// email looks at an @ for an address (RFC 5321, 4.1.2, without quoted local parts).
func (s *scanner) email(b []byte, at int) {
	from := at
	for from > 0 && at-from <= 64 && isLocal(b[from-1]) {
		from--
	}
	local := bytes.Trim(b[from:at], ".")
	to, dot := at+1, 0
	for to < len(b) && to-at <= 254 && (isAlnum(b[to]) || b[to] == '-' || b[to] == '.') {
		if b[to] == '.' {
			dot = to
		}
		to++
	}
	for dot > 0 && dot == to-1 { // the full stop of the sentence
		to--
		dot = bytes.LastIndexByte(b[at:to], '.')
		if dot < 0 {
			return
		}
		dot += at
	}
	if len(local) == 0 || dot <= at+1 || to-dot < 3 || string(local) == "git" {
		return
	}
	for _, c := range b[dot+1 : to] {
		if !isAlpha(c) {
			return
		}
	}
	domain := strings.ToLower(string(b[at+1 : to]))
	if fileEndings[domain[strings.LastIndexByte(domain, '.')+1:]] {
		return
	}
	for _, reserved := range reservedDomains {
		if domain == strings.TrimPrefix(reserved, ".") || strings.HasSuffix(domain, "."+strings.TrimPrefix(reserved, ".")) {
			return
		}
	}
	if impersonal(strings.ToLower(string(local)), domain) {
		return
	}
	s.found.pii[piiEmail]++
}

// mailboxes are names of services rather than of people (RFC 2142, and what everybody uses).
var mailboxes = map[string]bool{
	"abuse": true, "admin": true, "billing": true, "contact": true, "customerservice": true, "do-not-reply": true, "donotreply": true, "enquiries": true, "feedback": true, "hello": true, "help": true, "helpdesk": true, "hostmaster": true,
	"hr": true, "info": true, "inquiries": true, "jobs": true, "legal": true, "mail": true, "marketing": true, "media": true, "news": true, "newsletter": true, "no-reply": true, "noc": true, "noreply": true, "office": true, "orders": true,
	"postmaster": true, "press": true, "privacy": true, "root": true, "sales": true, "security": true, "service": true, "services": true, "subscribe": true, "support": true, "team": true, "unsubscribe": true, "webmaster": true,
}

// listEndings end names of mailing lists; listHosts begin or are the hosts of such.
var (
	listEndings = []string{"-wg", "-list", "-users", "-dev", "-devel", "-announce", "-discuss", "-request", "-bounces", "-owner"}
	listHosts   = []string{"lists.", "list.", "groups.", "listserv.", "googlegroups.com"}
)

// impersonal tells the address of a service or of a mailing list: it says nothing about a
// person (GDPR, Recital 14).
func impersonal(local, domain string) bool {
	if mailboxes[local] {
		return true
	}
	for _, ending := range listEndings {
		if strings.HasSuffix(local, ending) {
			return true
		}
	}
	for _, host := range listHosts {
		if strings.HasPrefix(domain, host) {
			return true
		}
	}
	return false
}

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }
func isLocal(c byte) bool {
	return isAlnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'
}

// digits is a run of digits with the separators that people write between groups.
type digits struct {
	value  [24]byte
	n      int
	groups [12]int // sizes
	ngroup int
	seps   [12]byte // before the group
	end    int
}

// readDigits reads groups of digits joined by single spaces, dots or dashes.
func readDigits(b []byte, i int) (d digits) {
	var sep byte
	for {
		size := 0
		for i < len(b) && isDigit(b[i]) {
			if d.n < len(d.value) {
				d.value[d.n] = b[i]
			}
			d.n++
			size++
			i++
		}
		if size == 0 || d.ngroup >= len(d.groups) {
			return d
		}
		d.groups[d.ngroup], d.seps[d.ngroup] = size, sep
		d.ngroup++
		d.end = i
		if i+1 >= len(b) || !(b[i] == ' ' || b[i] == '-' || b[i] == '.') || !isDigit(b[i+1]) || d.n > len(d.value) {
			return d
		}
		sep = b[i]
		i++
	}
}

func (d *digits) layout(sizes ...int) bool {
	if d.ngroup != len(sizes) {
		return false
	}
	for i, n := range sizes {
		if d.groups[i] != n {
			return false
		}
	}
	return true
}

func (d *digits) sameSeparator() bool {
	for i := 2; i < d.ngroup; i++ {
		if d.seps[i] != d.seps[1] {
			return false
		}
	}
	return true
}

// number looks at a word that starts with a digit.
func (s *scanner) number(b []byte, start, end int) {
	if start > 0 && (b[start-1] == '.' || b[start-1] == '_' || b[start-1] == '$' || b[start-1] == '#' || b[start-1] == '/' || b[start-1] == '=') {
		return // part of a version, a path, a price
	}
	if start > 1 && (b[start-1] == ' ' || b[start-1] == '-') && isDigit(b[start-2]) {
		return // a later group of a longer number
	}
	if end-start == 9 && classes[b[end-1]] == classUpper && spanishID(b[start:end]) {
		s.found.pii[piiNational]++
		return
	}
	d := readDigits(b, start)
	if d.end < end || d.n < 7 || d.n > 19 {
		return
	}
	if d.end < len(b) && (isAlpha(b[d.end]) || b[d.end] == '_') {
		return
	}
	v := d.value[:d.n]
	dash := start > 0 && b[start-1] == '-'
	switch {
	case dash:
		return
	case d.n >= 13 && isCard(v) && cardLayout(&d):
		s.found.pii[piiCard]++
	case d.layout(3, 2, 4) && d.seps[1] != '.' && d.sameSeparator() && isSSN(v):
		s.found.pii[piiNational]++
	case d.layout(3, 3, 3, 2) && d.seps[1] == '.' && d.seps[3] == '-' && isCPF(v):
		s.found.pii[piiNational]++
	case d.n == 15 && (d.ngroup == 1 || d.layout(1, 2, 2, 2, 3, 3, 2)) && isNIR(v):
		s.found.pii[piiNational]++
	case d.layout(3, 3, 4) && d.sameSeparator() && isNANP(v):
		s.found.pii[piiPhone]++
	case d.layout(1, 3, 3, 4) && v[0] == '1' && isNANP(v[1:]):
		s.found.pii[piiPhone]++
	case d.n == 10 && v[0] == '0' && v[1] != '0' && d.ngroup >= 3 && d.ngroup <= 5 && d.sameSeparator():
		s.found.pii[piiPhone]++ // European national form, 06 12 34 56 78
	default:
		return
	}
	s.skipTo = d.end
}

// phone looks at a + or ( for a number (E.164: at most 15 digits).
func (s *scanner) phone(b []byte, i int) {
	if i > 0 && (isAlnum(b[i-1]) || b[i-1] == '+' || b[i-1] == ')') {
		return
	}
	if b[i] == '(' {
		// (212) 555-2368
		if i+9 < len(b) && isDigit(b[i+1]) && isDigit(b[i+2]) && isDigit(b[i+3]) && b[i+4] == ')' {
			j := i + 5
			if b[j] == ' ' {
				j++
			}
			d := readDigits(b, j)
			if d.layout(3, 4) && isNANP(append(bytes.Clone(b[i+1:i+4]), d.value[:d.n]...)) {
				s.found.pii[piiPhone]++
				s.skipTo = d.end
			}
		}
		return
	}
	n, j, gap, end := 0, i+1, 0, i+1
	for j < len(b) && n <= 16 {
		switch c := b[j]; {
		case isDigit(c):
			n++
			gap, end = 0, j+1
		case (c == ' ' || c == '-' || c == '.' || c == '(' || c == ')') && gap < 2 && n > 0:
			gap++
		default:
			gap = 3
		}
		if gap == 3 {
			break
		}
		j++
	}
	if n >= 9 && n <= 15 && b[i+1] != '0' && !(end < len(b) && isAlpha(b[end])) && !fictional(b[i:end]) {
		s.found.pii[piiPhone]++
		s.skipTo = end
	}
}

// fictional are the numbers kept for films: 555-0100 to 555-0199, any area.
func fictional(b []byte) bool {
	var v []byte
	for _, c := range b {
		if isDigit(c) {
			v = append(v, c)
		}
	}
	return len(v) >= 10 && v[0] == '1' && len(v) == 11 && string(v[4:9]) == "55501"
}

// isNANP checks a number of the North American plan: neither area nor exchange starts
// with 0 or 1, none is N11, and it is not one kept for films.
func isNANP(v []byte) bool {
	return len(v) == 10 && v[0] >= '2' && v[3] >= '2' && (v[1] != '1' || v[2] != '1') && (v[4] != '1' || v[5] != '1') && string(v[3:8]) != "55501"
}

// testCards are numbers that payment providers publish for tests.
var testCards = map[string]bool{"4111111111111111": true, "4242424242424242": true, "5555555555554444": true, "378282246310005": true, "6011111111111117": true, "4000056655665556": true, "5105105105105100": true, "4012888888881881": true}

// isCard checks the issuer's prefix and length (ISO/IEC 7812) and the Luhn digit.
func isCard(v []byte) bool {
	two, four := int(v[0]-'0')*10+int(v[1]-'0'), 0
	for _, c := range v[:4] {
		four = four*10 + int(c-'0')
	}
	ok := false
	switch n := len(v); {
	case v[0] == '4':
		ok = n == 16 || n == 13 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		ok = n == 16
	case two == 34 || two == 37:
		ok = n == 15
	case four == 6011 || two == 65 || two == 35:
		ok = n == 16
	case two == 36 || two == 38 || two == 30:
		ok = n == 14
	}
	return ok && luhn(v) && !testCards[string(v)] && !monotone(v)
}

func monotone(v []byte) bool {
	for _, c := range v[1:] {
		if c != v[0] {
			return false
		}
	}
	return true
}

func luhn(v []byte) bool {
	sum := 0
	for i := range v {
		n := int(v[len(v)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// cardLayout accepts the groups that cards are printed in.
func cardLayout(d *digits) bool {
	return d.ngroup == 1 || d.sameSeparator() && d.seps[1] != '.' &&
		(d.layout(4, 4, 4, 4) || d.layout(4, 6, 5) || d.layout(4, 6, 4) || d.layout(4, 4, 4, 4, 3) || d.layout(4, 4, 4, 1))
}

// isSSN checks the areas, groups and serials that the US never issues.
func isSSN(v []byte) bool {
	return string(v[:3]) != "000" && string(v[:3]) != "666" && v[0] != '9' && string(v[3:5]) != "00" && string(v[5:]) != "0000" && string(v) != "123456789" && string(v) != "078051120"
}

// isCPF checks the two digits of a Brazilian CPF.
func isCPF(v []byte) bool {
	if len(v) != 11 || monotone(v) {
		return false
	}
	for n := 9; n <= 10; n++ {
		sum := 0
		for i := range n {
			sum += int(v[i]-'0') * (n + 1 - i)
		}
		if sum*10%11%10 != int(v[n]-'0') {
			return false
		}
	}
	return true
}

// isNIR checks the key of a French NIR: 97 minus the rest of the number by 97.
func isNIR(v []byte) bool {
	if v[0] != '1' && v[0] != '2' {
		return false
	}
	if month := string(v[3:5]); month < "01" || month > "12" {
		return false
	}
	return 97-mod97(v[:13]) == int(v[13]-'0')*10+int(v[14]-'0')
}

func mod97(v []byte) int {
	n := 0
	for _, c := range v {
		n = (n*10 + int(c-'0')) % 97
	}
	return n
}

// spanishID checks the letter of a DNI: the number by 23.
func spanishID(v []byte) bool {
	n := 0
	for _, c := range v[:8] {
		if !isDigit(c) {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return "TRWAGMYFPDXBNJZSQVHLCKE"[n%23] == v[8]
}
