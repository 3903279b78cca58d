package datasets

import "strings"

// ibanLengths is the length of an IBAN by country (ISO 13616 registry).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21,
	"CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
	"GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
	"IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27,
	"MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
	"QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23,
	"TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}

// maxIBAN is the length of the longest, with spaces between groups of four.
const maxIBAN = 34 + 8

// identifier looks at a word of upper-case letters and digits for an IBAN, a British
// national insurance number, or an Italian codice fiscale.
func (s *scanner) identifier(b []byte, start, end int) {
	if start > 0 && (b[start-1] == '-' || b[start-1] == '_' || b[start-1] == '/') {
		return
	}
	var v [maxIBAN]byte
	n, i := 0, start
	for i < len(b) && n < len(v) && i-start < 2*maxIBAN {
		c := b[i]
		if isDigit(c) || c >= 'A' && c <= 'Z' {
			v[n] = c
			n++
		} else if c != ' ' || i+1 >= len(b) || !(isDigit(b[i+1]) || b[i+1] >= 'A' && b[i+1] <= 'Z') {
			break
		}
		i++
	}
	if n < 9 {
		return
	}
	closed := func(length int) bool { // the word ends where the identifier does
		at := start
		for k := 0; k < length; at++ {
			if b[at] != ' ' {
				k++
			}
		}
		if at < len(b) && isAlnum(b[at]) {
			return false
		}
		s.skipTo = at
		return true
	}
	if length := ibanLengths[string(v[:2])]; length > 0 && n >= length && isDigit(v[2]) && isDigit(v[3]) && ibanOK(v[:length]) && closed(length) {
		s.found.pii[piiIBAN]++
		return
	}
	if isNINO(v[:9]) && closed(9) {
		s.found.pii[piiNational]++
		return
	}
	if n >= 16 && end-start == 16 && codiceFiscale(v[:16]) && closed(16) {
		s.found.pii[piiNational]++
	}
}

// ibanOK checks the rest by 97 (ISO 7064, MOD 97-10) of the number with its first four
// characters behind.
func ibanOK(v []byte) bool {
	n := 0
	for i := range v {
		c := v[(i+4)%len(v)]
		if isDigit(c) {
			n = (n*10 + int(c-'0')) % 97
		} else {
			n = (n*100 + int(c-'A'+10)) % 97
		}
	}
	return n == 1
}

// isNINO checks the form of a British national insurance number (HMRC NIM39110).
func isNINO(v []byte) bool {
	if !isAlpha(v[0]) || !isAlpha(v[1]) || strings.IndexByte("DFIQUV", v[0]) >= 0 || strings.IndexByte("DFIQUVO", v[1]) >= 0 {
		return false
	}
	for _, c := range v[2:8] {
		if !isDigit(c) {
			return false
		}
	}
	switch string(v[:2]) {
	case "BG", "GB", "NK", "KN", "TN", "NT", "ZZ":
		return false
	}
	return v[8] >= 'A' && v[8] <= 'D'
}

// codiceFiscale checks the form and the last letter of an Italian tax code (DM
// 23/12/1976, article 6).
func codiceFiscale(v []byte) bool {
	for i, c := range v {
		if letter := i < 6 || i == 8 || i == 11 || i == 15; letter == isDigit(c) {
			return false
		}
	}
	odd := []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i, c := range v[:15] {
		n := int(c - '0')
		if !isDigit(c) {
			n = int(c - 'A')
		}
		if i%2 == 0 {
			sum += odd[n]
		} else {
			sum += n
		}
	}
	return byte('A'+sum%26) == v[15]
}
