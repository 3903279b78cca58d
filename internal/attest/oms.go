package attest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The words of OpenSSF Model Signing v1.0.
const (
	statementType  = "https://in-toto.io/Statement/v1"
	PredicateOMS   = "https://model_signing/signature/v1.0"
	predicateOMSv0 = "https://model_signing/Digests/v0.1" // of version 0.2.0; read, never written (§5.1)

	methodFiles  = "files"
	methodShards = "shards"

	hashSHA256  = "sha256"
	hashBlake2b = "blake2b"
	hashBlake3  = "blake3"

	// DefaultShardBytes is the size of a shard when none is asked for (§6.3.2).
	DefaultShardBytes = 1_000_000_000
)

// digestBytes is the size of a digest by hash type (algorithm registry, "File Hashing
// Algorithms").
var digestBytes = map[string]int{hashSHA256: 32, hashBlake2b: 64, hashBlake3: 32}

// defaultIgnored are never part of the signature, at the top level only (§6.2).
var defaultIgnored = []string{".git", ".gitattributes", ".github", ".gitignore"}

// maxResources bounds the entries of a manifest: a million files of a hundred shards
// would not fit in maxDocumentBytes either.
const maxResources = 4_000_000

// Resource is one file, or one byte range of a file, with its digest.
type Resource struct {
	Name   string
	Digest string // lower-case hex
	file   string // name without range
	start  int64
	end    int64 // -1 for a whole file
}

// Manifest is what a model signature covers.
type Manifest struct {
	Name          string // of the model, informational (§6.5)
	Root          string // hex SHA-256 over the digests of the resources (§6.5.1)
	Method        string // files | shards
	HashType      string
	ShardSize     int64
	AllowSymlinks bool
	IgnorePaths   []string // chosen by the signer
	Resources     []Resource
	legacy        bool // predicate of version 0.2.0
	single        bool // names a single file "." (versions 0.3.1 to 1.0.0, §11)
}

// ParseManifest reads an OMS statement strictly (§5, §8.3).
func ParseManifest(payload []byte) (*Manifest, error) {
	value, err := decodeJSON(payload)
	if err != nil {
		return nil, err
	}
	f := objectAt("statement", value)
	kind := f.text("_type")
	predicateType := f.text("predicateType")
	subjects := f.list("subject")
	predicate := f.must("predicate")
	f.only()
	switch {
	case f.err != nil:
		return nil, f.err
	case kind != statementType:
		return nil, malformed("statement._type is %q, not %q", kind, statementType)
	case predicateType == predicateOMSv0:
		return legacyManifest(subjects)
	case predicateType != PredicateOMS:
		return nil, refused("predicate", "statement.predicateType is %q, not a model signature (%s)", predicateType, PredicateOMS)
	}
	m, err := parsePredicate(predicate)
	if err != nil {
		return nil, err
	}
	return m, m.checkSubject(subjects)
}

func (m *Manifest) checkSubject(subjects []any) error {
	if len(subjects) != 1 {
		return malformed("statement.subject has %d entries, not one", len(subjects))
	}
	f := objectAt("statement.subject[0]", subjects[0])
	m.Name = f.text("name")
	digest := objectAt("statement.subject[0].digest", f.must("digest"))
	root := digest.text("sha256")
	for _, err := range []error{f.err, digest.err} {
		if err != nil {
			return err
		}
	}
	if m.Name == "" {
		return malformed("statement.subject[0].name is empty")
	}
	m.Root = rootDigest(m.Resources)
	if root != m.Root {
		return malformed("statement.subject[0].digest.sha256 is %s, the resources make %s", root, m.Root)
	}
	return nil
}

func parsePredicate(value any) (*Manifest, error) {
	f := objectAt("predicate", value)
	resources := f.list("resources")
	serialization := f.must("serialization")
	f.only()
	if f.err != nil {
		return nil, f.err
	}
	m := &Manifest{}
	if err := m.parseSerialization(serialization); err != nil {
		return nil, err
	}
	if len(resources) == 0 {
		return nil, malformed("predicate.resources is empty: the signature covers nothing")
	}
	if len(resources) > maxResources {
		return nil, malformed("predicate.resources has more than %d entries", maxResources)
	}
	for i, entry := range resources {
		r, err := m.parseResource(fmt.Sprintf("predicate.resources[%d]", i), entry)
		if err != nil {
			return nil, err
		}
		m.Resources = append(m.Resources, r)
	}
	return m, m.checkResources()
}

func (m *Manifest) parseSerialization(value any) error {
	f := objectAt("predicate.serialization", value)
	m.Method = f.text("method")
	m.HashType = f.text("hash_type")
	m.AllowSymlinks = f.boolean("allow_symlinks")
	size, hasSize := f.get("shard_size")
	ignored, hasIgnored := f.get("ignore_paths")
	f.only()
	switch {
	case f.err != nil:
		return f.err
	case m.Method != methodFiles && m.Method != methodShards:
		return malformed("serialization.method %q is neither files nor shards", m.Method)
	case digestBytes[m.HashType] == 0:
		return malformed("serialization.hash_type %q is not supported: sha256, blake2b and blake3 are", m.HashType)
	case m.Method == methodFiles && hasSize:
		return malformed("serialization.shard_size is there although the method is files")
	}
	if m.Method == methodShards {
		n, ok := wholeNumber(size)
		if !ok || n <= 0 {
			return malformed("serialization.shard_size is not a positive integer")
		}
		m.ShardSize = n
	}
	if !hasIgnored {
		return nil
	}
	list, ok := ignored.([]any)
	if !ok {
		return malformed("serialization.ignore_paths is not a list")
	}
	for _, entry := range list {
		text, ok := entry.(string)
		if !ok {
			return malformed("serialization.ignore_paths holds something that is not a string")
		}
		clean, err := cleanIgnore(text)
		if err != nil {
			return malformed("serialization.ignore_paths: %v", err)
		}
		m.IgnorePaths = append(m.IgnorePaths, clean)
	}
	return nil
}

// wholeNumber reads a JSON integer. 1e9 and 1000000000.0 are integers to JSON Schema, and
// protobuf writes every number of a predicate in the second form.
func wholeNumber(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(number), 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53 // up to here a float64 holds every integer
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		return 0, false
	}
	return int64(f), true
}

// cleanIgnore checks one ignored path (§6.2.1): relative, no pattern, inside the model,
// and not the model itself.
func cleanIgnore(name string) (string, error) {
	switch {
	case name == "" || !utf8.ValidString(name):
		return "", fmt.Errorf("%q is not a path", name)
	case strings.ContainsAny(name, "*?["):
		return "", fmt.Errorf("%q holds a pattern", name)
	case strings.HasPrefix(name, "/"):
		return "", fmt.Errorf("%q is not relative", name)
	case slices.Contains(strings.Split(name, "/"), ".."):
		return "", fmt.Errorf("%q leaves the model", name)
	}
	clean := path.Clean(name)
	if clean == "." {
		return "", fmt.Errorf("%q is the whole model", name)
	}
	return clean, nil
}

func (m *Manifest) parseResource(where string, value any) (Resource, error) {
	f := objectAt(where, value) // members that nobody knows are ignored (§5.2.1)
	r := Resource{Name: f.text("name"), Digest: f.text("digest"), end: -1}
	algorithm := f.text("algorithm")
	if f.err != nil {
		return r, f.err
	}
	if algorithm != m.HashType {
		return r, malformed("%s.algorithm is %q, the hash_type is %q", where, algorithm, m.HashType)
	}
	raw, err := hex.DecodeString(r.Digest)
	if err != nil || r.Digest != strings.ToLower(r.Digest) || len(raw) != digestBytes[algorithm] {
		return r, malformed("%s.digest is not a lower-case hex %s digest", where, algorithm)
	}
	r.file = r.Name
	if m.Method == methodShards {
		if r.file, r.start, r.end, err = splitShard(r.Name); err != nil {
			return r, malformed("%s.name: %v", where, err)
		}
	}
	if r.file == "." {
		m.single = true
		return r, nil
	}
	if err := checkName(r.file); err != nil {
		return r, malformed("%s.name: %v", where, err)
	}
	return r, nil
}

// checkName holds a name to its canonical form inside the model (§6.1.2).
func checkName(name string) error {
	switch {
	case name == "" || !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		return fmt.Errorf("%q is not a file name", name)
	case strings.HasPrefix(name, "/"):
		return fmt.Errorf("%q is not relative", name)
	case slices.Contains(strings.Split(name, "/"), ".."):
		return fmt.Errorf("%q leaves the model", name)
	case path.Clean(name) != name:
		return fmt.Errorf("%q is not in canonical form", name)
	}
	return nil
}

// splitShard parses path:start:end from the right, because a path may hold colons
// (§6.3.2).
func splitShard(name string) (file string, start, end int64, err error) {
	parts := strings.Split(name, ":")
	if len(parts) < 3 {
		return "", 0, 0, fmt.Errorf("%q has no byte range", name)
	}
	start, err1 := parseOffset(parts[len(parts)-2])
	end, err2 := parseOffset(parts[len(parts)-1])
	if err1 != nil || err2 != nil || start >= end {
		return "", 0, 0, fmt.Errorf("%q has no valid byte range", name)
	}
	return strings.Join(parts[:len(parts)-2], ":"), start, end, nil
}

func parseOffset(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%q is not an offset", text)
	}
	return n, nil
}

// checkResources holds the list to its order, and shards to covering each file from the
// first byte without a hole.
func (m *Manifest) checkResources() error {
	if m.single && len(m.Resources) > 1 {
		return malformed(`predicate.resources names "." beside other files`)
	}
	if !slices.IsSortedFunc(m.Resources, byName) && !slices.IsSortedFunc(m.Resources, byParts) {
		return malformed("predicate.resources is not sorted by name")
	}
	seen := map[string]bool{}
	for _, r := range m.Resources {
		if seen[r.Name] {
			return malformed("predicate.resources names %q twice", r.Name)
		}
		seen[r.Name] = true
		if covers(m.IgnorePaths, r.file) && !m.single {
			return malformed("%q is signed and ignored at once", r.file)
		}
	}
	if m.Method == methodFiles {
		return nil
	}
	for file, shards := range m.byFile() {
		var next int64
		for i, s := range shards {
			full := s.end-s.start == m.ShardSize
			last := i == len(shards)-1
			if s.start != next || s.end-s.start > m.ShardSize || !full && !last {
				return malformed("shards of %q leave a part out or overlap at byte %d", file, next)
			}
			next = s.end
		}
	}
	return nil
}

// byName is the order of the specification: code points, which is the byte order of
// UTF-8 (§5.2.1).
func byName(a, b Resource) int { return strings.Compare(a.Name, b.Name) }

// byParts is the order in which the Python reference implementation writes the same
// list: path by path element, then offset. It differs when a name continues with a
// character before the slash, as in "onnx-int8" and "onnx/model".
func byParts(a, b Resource) int {
	return cmp.Or(slices.Compare(strings.Split(a.file, "/"), strings.Split(b.file, "/")), cmp.Compare(a.start, b.start))
}

// byFile groups the resources by file, each in order of offset.
func (m *Manifest) byFile() map[string][]Resource {
	groups := map[string][]Resource{}
	for _, r := range m.Resources {
		groups[r.file] = append(groups[r.file], r)
	}
	for _, g := range groups {
		slices.SortFunc(g, func(a, b Resource) int { return cmp.Compare(a.start, b.start) })
	}
	return groups
}

// covers tells whether name is one of the paths or below one.
func covers(paths []string, name string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return name == p || strings.HasPrefix(name, p+"/") })
}

// legacyManifest reads the subjects of version 0.2.0, which name the files (§11).
func legacyManifest(subjects []any) (*Manifest, error) {
	m := &Manifest{Name: "model", Method: methodFiles, HashType: hashSHA256, legacy: true}
	if len(subjects) == 0 || len(subjects) > maxResources {
		return nil, malformed("statement.subject has %d entries", len(subjects))
	}
	seen := map[string]bool{}
	for i, s := range subjects {
		where := fmt.Sprintf("statement.subject[%d]", i)
		f := objectAt(where, s)
		name := f.text("name")
		digest := objectAt(where+".digest", f.must("digest"))
		value := digest.text("sha256")
		for _, err := range []error{f.err, digest.err} {
			if err != nil {
				return nil, err
			}
		}
		raw, err := hex.DecodeString(value)
		if err != nil || value != strings.ToLower(value) || len(raw) != sha256.Size {
			return nil, malformed("%s.digest.sha256 is not a lower-case hex digest", where)
		}
		if err := checkName(name); err != nil {
			return nil, malformed("%s.name: %v", where, err)
		}
		if seen[name] {
			return nil, malformed("statement.subject names %q twice", name)
		}
		seen[name] = true
		m.Resources = append(m.Resources, Resource{Name: name, Digest: value, file: name, end: -1})
	}
	slices.SortFunc(m.Resources, byName)
	m.Root = rootDigest(m.Resources)
	return m, nil
}

// rootDigest is the SHA-256 over the raw digests in order, whatever the hash type
// (§6.5.1).
func rootDigest(resources []Resource) string {
	h := sha256.New()
	for _, r := range resources {
		raw, err := hex.DecodeString(r.Digest)
		if err != nil {
			return ""
		}
		h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Payload is the statement of the manifest: always the current format, keys and
// resources sorted, so that the same model gives the same bytes.
func (m *Manifest) Payload() ([]byte, error) {
	type object = map[string]any
	resources := []any{}
	for _, r := range m.Resources {
		resources = append(resources, object{"name": r.Name, "digest": r.Digest, "algorithm": m.HashType})
	}
	ignored := []any{}
	for _, p := range m.IgnorePaths {
		ignored = append(ignored, p)
	}
	serialization := object{"method": m.Method, "hash_type": m.HashType, "allow_symlinks": m.AllowSymlinks, "ignore_paths": ignored}
	if m.Method == methodShards {
		serialization["shard_size"] = m.ShardSize
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(object{
		"_type": statementType, "predicateType": PredicateOMS,
		"subject":   []any{object{"name": m.Name, "digest": object{"sha256": m.Root}}},
		"predicate": object{"resources": resources, "serialization": serialization},
	})
	return bytes.TrimRight(out.Bytes(), "\n"), err
}
