package evidence

import (
	"bytes"
	"context"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// secrets looks for the tokens that ML people leak. It states the rule and the place;
// the value never leaves this file.
var secrets = sbom.Collector{
	Name:     "evidence/secrets",
	Families: []sbom.Family{sbom.FamilySecrets},
	Match: func(f *sbom.File) bool {
		return secretFile(f) && !bytes.Contains(f.Head, []byte{0})
	},
	MaxBytes: maxSecretFileBytes,
	Collect:  collectSecrets,
}

const (
	// maxSecretFileBytes bounds the text that is searched. A larger JSON or text file, or
	// one without an extension, is data, and data is profiled by the dataset readers;
	// code and configuration of that size are a Problem (see sbom.File.Within).
	maxSecretFileBytes = 16 << 20
	// maxSecretsPerFile keeps a file of a thousand leaked keys from drowning the rest.
	maxSecretsPerFile = 100
)

// secretExtensions are the files that people write configuration and code in.
var secretExtensions = map[string]bool{
	".py": true, ".ipynb": true, ".yaml": true, ".yml": true, ".json": true, ".toml": true, ".ini": true, ".cfg": true,
	".conf": true, ".env": true, ".sh": true, ".bash": true, ".tf": true, ".tfvars": true, ".properties": true, ".js": true,
	".ts": true, ".txt": true, ".md": true, ".xml": true, ".r": true, ".dvc": true, ".pem": true, ".key": true, "": true,
}

func secretFile(f *sbom.File) bool {
	name := f.Name()
	if strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "Dockerfile") {
		return true
	}
	switch {
	case lockFile.MatchString(name), strings.HasSuffix(name, ".min.js"):
		return false // digests and minified code, no place where people write tokens
	}
	if f.Ext() == "" && f.Size > maxSecretFileBytes && !bytes.HasPrefix(f.Head, []byte("#!")) {
		return false
	}
	return secretExtensions[f.Ext()] && f.Within(maxSecretFileBytes)
}

var lockFile = regexp.MustCompile(`(?i)(^|[-._])lock(\.|$)|package-lock\.json|tokenizer\.json|vocab\.(json|txt)|merges\.txt|\.index\.json$`)

// secretRule finds one kind of secret. Group 1 is the secret itself. A rule whose
// pattern has an issuer's prefix is certain by its shape; the others need entropy.
type secretRule struct {
	name    string
	hint    string // text that must be in the file, lower case, alternatives parted by |; for speed
	pattern *regexp.Regexp
	entropy float64 // least Shannon entropy in bits per character, 0 for none
}

// secretRules: the shapes are those the issuers document.
var secretRules = []secretRule{
	{"huggingface-token", "hf_", regexp.MustCompile(`\b(hf_[A-Za-z]{34})\b`), 3.0},
	{"huggingface-org-token", "api_org_", regexp.MustCompile(`\b(api_org_[A-Za-z]{34})\b`), 3.0},
	{"openai-key", "sk-", regexp.MustCompile(`\b(sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,})`), 3.0},
	{"anthropic-key", "sk-ant-", regexp.MustCompile(`\b(sk-ant-(?:api|admin)[0-9]{2}-[A-Za-z0-9_-]{80,})`), 3.0},
	{"wandb-key", "wandb", regexp.MustCompile(`(?i)wandb[^\n]{0,40}?(?:key|login)[^\n]{0,12}?["'=:\s(]([0-9a-f]{40})\b`), 3.0},
	{"comet-key", "comet", regexp.MustCompile(`(?i)comet[^\n]{0,30}?key[^\n]{0,8}?["'=:\s]([A-Za-z0-9]{25})\b`), 3.3},
	{"neptune-token", "neptune", regexp.MustCompile(`(?i)neptune[^\n]{0,30}?token[^\n]{0,8}?["'=:\s](eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/=]{40,})`), 3.0},
	{"replicate-token", "r8_", regexp.MustCompile(`\b(r8_[A-Za-z0-9]{37})\b`), 3.0},
	{"nvidia-key", "nvapi-", regexp.MustCompile(`\b(nvapi-[A-Za-z0-9_-]{60,})`), 3.0},
	{"groq-key", "gsk_", regexp.MustCompile(`\b(gsk_[A-Za-z0-9]{48,56})\b`), 3.0},
	{"openrouter-key", "sk-or-", regexp.MustCompile(`\b(sk-or-v1-[0-9a-f]{64})\b`), 3.0},
	{"langsmith-key", "lsv2_", regexp.MustCompile(`\b(lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10})\b`), 3.0},
	{"perplexity-key", "pplx-", regexp.MustCompile(`\b(pplx-[A-Za-z0-9]{48})\b`), 3.0},
	{"xai-key", "xai-", regexp.MustCompile(`\b(xai-[A-Za-z0-9]{80})\b`), 3.0},
	{"pypi-token", "pypi-", regexp.MustCompile(`\b(pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,})`), 3.0},
	{"docker-token", "dckr_pat_", regexp.MustCompile(`\b(dckr_pat_[A-Za-z0-9_-]{27})`), 3.0},
	{"google-api-key", "aiza", regexp.MustCompile(`\b(AIza[0-9A-Za-z_-]{35})\b`), 3.0},
	{"google-service-account", "private_key", regexp.MustCompile(`"private_key"\s*:\s*"(-----BEGIN (?:RSA )?PRIVATE KEY-----[^"]{100,})`), 3.0},
	{"aws-access-key", "akia", regexp.MustCompile(`\b((?:AKIA|ABIA|ACCA)[A-Z2-7]{16})\b`), 3.0},
	{"aws-secret-key", "aws", regexp.MustCompile(`(?i)aws[^\n]{0,20}?secret[^\n]{0,20}?["'=:\s]([A-Za-z0-9/+]{40})(?:["'\s,]|$)`), 4.0},
	{"azure-storage-key", "accountkey=", regexp.MustCompile(`(?i)AccountKey=([A-Za-z0-9+/]{86}==)`), 3.0},
	{"github-token", "ghp_|gho_|ghu_|ghs_|ghr_|github_pat_", regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b`), 3.0},
	{"gitlab-token", "glpat-", regexp.MustCompile(`\b(glpat-[A-Za-z0-9_-]{20})\b`), 3.0},
	{"slack-token", "xox", regexp.MustCompile(`\b(xox[abprs]-[0-9]{10,}-[A-Za-z0-9-]{20,})`), 3.0},
	{"databricks-token", "dapi", regexp.MustCompile(`\b(dapi[0-9a-f]{32}(?:-[0-9])?)\b`), 3.0},
	{"private-key", "private key", regexp.MustCompile(`(-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{100,})`), 3.0},
	{"uri-password", "://", regexp.MustCompile(`\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@"'<>{}$]{1,64}:([^\s/@"'<>{}$]{3,128})@[A-Za-z0-9_.-]+`), 0},
}

const (
	// windowBefore and windowAfter bound the text around a hint in which its pattern is
	// looked for: the longest prefix of a pattern, and the longest token; keyWindow is for
	// a private key of 8192 bits.
	windowBefore = 128
	windowAfter  = 512
	keyWindow    = 8 << 10
	// maxAuthorityBytes bounds the authority of a URI that is looked at for a password.
	maxAuthorityBytes = 256
)

// matches returns where the pattern of a rule matches, as FindAllSubmatchIndex does. It
// looks around the hints alone: over whole notebooks with their images an expression
// costs more than everything else that is read.
func (rule secretRule) matches(content, lower []byte) [][]int {
	var out [][]int
	after := windowAfter
	if strings.Contains(rule.hint, "private") {
		after = keyWindow
	}
	for hint := range strings.SplitSeq(rule.hint, "|") {
		// A window begins after the match before it: of two tokens on neighbouring lines
		// the first would be found twice and the second never.
		last := 0
		for from := 0; len(out) < maxSecretsPerFile; {
			i := bytes.Index(lower[from:], []byte(hint))
			if i < 0 {
				break
			}
			i += from
			from = i + len(hint)
			if rule.name == "uri-password" && !hasUserInfo(content[from:]) {
				continue
			}
			start := max(last, i-windowBefore)
			end := min(len(content), i+after)
			m := rule.pattern.FindSubmatchIndex(content[start:end])
			if m == nil {
				continue
			}
			for k := range m {
				m[k] += start
			}
			out = append(out, m)
			last = m[1]
			from = max(from, last)
		}
	}
	return out
}

// hasUserInfo tells whether the authority that text starts with has an @ (RFC 3986
// section 3.2).
func hasUserInfo(text []byte) bool {
	authority := text[:min(len(text), maxAuthorityBytes)]
	if end := bytes.IndexAny(authority, "/ \t\r\n\"'<>"); end >= 0 {
		authority = authority[:end]
	}
	return bytes.IndexByte(authority, '@') > 0
}

func collectSecrets(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	lower := bytes.ToLower(content)
	lines := newLineIndex(content)
	var found []sbom.Secret
	for _, rule := range secretRules {
		for _, m := range rule.matches(content, lower) {
			value := string(content[m[2]:m[3]])
			if placeholder(rule, value, string(content[m[0]:m[1]])) {
				continue
			}
			line, column := lines.position(m[2])
			found = append(found, sbom.Secret{Rule: rule.name, Context: secretContext(f, lower, m[2], rule),
				At: sbom.At{Path: f.Path, Line: line, Column: column, Offset: int64(m[2])}})
		}
	}
	slices.SortStableFunc(found, func(a, b sbom.Secret) int { return int(a.At.Offset - b.At.Offset) })
	found = slices.CompactFunc(found, func(a, b sbom.Secret) bool { return a.At.Offset == b.At.Offset })
	if len(found) > maxSecretsPerFile {
		out.AddProblem(sbom.At{Path: f.Path, Offset: -1}, sbom.FamilySecrets, "too_many", "more than maxSecretsPerFile (100) secrets; the rest is not listed")
		found = found[:maxSecretsPerFile]
	}
	out.Secrets = append(out.Secrets, found...)
	return nil
}

// placeholderWords are what people write where the secret belongs.
var placeholderWords = regexp.MustCompile(`(?i)^(x+|\*+|\.+|<.*>|\$.*|%.*|\{.*|your|my|some|the|example|sample|dummy|fake|test|changeme|change_me|replace|insert|placeholder|todo|none|null|password|passwd|pass|pwd|secret|token|key|user|username|admin|root|postgres|mysql|mlflow|minio|redis|guest|foo|bar|abc|hunter2|letmein)`)

var repeated = regexp.MustCompile(`(?i)(x{6,}|0{8,}|1234567|abcdefg|\.\.\.|example|placeholder|redacted|your[_-]?)`)

// placeholder tells an example from a secret: words that stand for a secret, patterns
// nobody draws at random, and text without the entropy a generator gives.
func placeholder(rule secretRule, value, match string) bool {
	if repeated.MatchString(value) {
		return true
	}
	if rule.entropy > 0 {
		return entropy(value) < rule.entropy
	}
	if user := uriUser.FindStringSubmatch(match); user != nil && user[1] == value {
		return true // postgres:postgres, feast:feast: the default of the software
	}
	if named.MatchString(value) {
		return true // DB_PASSWORD, my-secret-password: the name of what belongs there
	}
	// A password is chosen by people: words that stand for one are no secret, and the
	// names of the software it ships with are the software's own default.
	if placeholderWords.MatchString(value) {
		return !digits.MatchString(value) || len(value) < 8
	}
	return strings.Contains(match, "localhost") || strings.Contains(match, "127.0.0.1") || strings.Contains(match, "example.com")
}

// named is the name of a variable, or words about a password.
var named = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^[A-Z]{4,}$|(?i)(^|[-_.])(password|passwd|secret|token|credential)s?([-_.]|$)`)

// uriUser is the user of a URI with a password.
var uriUser = regexp.MustCompile(`://([^:@/]+):`)

var digits = regexp.MustCompile(`[0-9]`)

// entropy is the Shannon entropy in bits per character.
func entropy(s string) float64 {
	counts := map[rune]int{}
	for _, r := range s {
		counts[r]++
	}
	e := 0.0
	for _, n := range counts {
		p := float64(n) / float64(len(s))
		e -= p * math.Log2(p)
	}
	return e
}

// secretContext says where people will look for the leak.
func secretContext(f *sbom.File, lower []byte, offset int, rule secretRule) string {
	name := strings.ToLower(f.Path)
	switch {
	case rule.name == "uri-password":
		return "uri"
	case strings.HasPrefix(f.Name(), ".env") || strings.Contains(name, "docker-compose"):
		return "environment"
	case strings.Contains("/"+name, "/mlruns/") || strings.Contains("/"+name, "/wandb/"):
		return "run"
	case f.Ext() == ".ipynb":
		// Outputs of a cell come after its "outputs" key and before the next "source".
		if out := bytes.LastIndex(lower[:offset], []byte(`"outputs"`)); out > bytes.LastIndex(lower[:offset], []byte(`"source"`)) {
			return "notebook_output"
		}
		return "code"
	}
	switch path.Ext(name) {
	case ".py", ".sh", ".js", ".ts", ".r", ".md":
		return "code"
	}
	return "config"
}

// lineIndex finds the line of an offset.
type lineIndex struct{ starts []int }

func newLineIndex(content []byte) lineIndex {
	starts := []int{0}
	for i, c := range content {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return lineIndex{starts}
}

// position is the 1-based line and column of a byte offset.
func (l lineIndex) position(offset int) (line, column int) {
	line, exact := slices.BinarySearch(l.starts, offset)
	if exact {
		line++
	}
	return line, offset - l.starts[line-1] + 1
}
