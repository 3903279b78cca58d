package datasets

// Kinds of personal data.
const (
	piiEmail = iota
	piiPhone
	piiCard
	piiIBAN
	piiNational
	piiName
	piiKinds
)

var piiNames = [piiKinds]string{"email", "phone", "card", "iban", "national_id", "name"}

// findings are what the finders counted in the row at hand. Values are never kept.
type findings struct {
	hiddens    [hiddenClasses]int64
	pii        [piiKinds]int64
	secrets    int64
	injections int64
	blobs      int64
	invalid    int64 // bytes that are not UTF-8
	urls       int64
}

func (f *findings) hidden(class int) { f.hiddens[class]++ }

// concealed is how many hidden characters hide something; private use and controls are
// counted and often harmless.
func (f *findings) concealed() int64 {
	return f.hiddens[hiddenZeroWidth] + f.hiddens[hiddenBidi] + f.hiddens[hiddenTag] + f.hiddens[hiddenVariation] + f.hiddens[hiddenMixed]
}
