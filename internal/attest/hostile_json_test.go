package attest

import (
	"context"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// verifyPayload signs a payload as it is and verifies the model with it.
func verifyPayload(t *testing.T, signer *Signer, model, payload string) (string, error) {
	t.Helper()
	r, err := VerifyModel(context.Background(), model, must(signer.Sign([]byte(payload))), trustKey(signer), ModelOptions{})
	return outcome(r, err), err
}

// TestHostilePayloads are statements, freshly signed by the trusted key, that readers of
// different strictness would read differently.
func TestHostilePayloads(t *testing.T) {
	t.Parallel()
	good := string(must(json.Marshal(statementFor(modelFiles, modelNames...))))
	swap := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the statement", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	digest := hexSHA256("{}")
	tests := map[string]struct{ payload, want string }{
		// One key twice, at each level.
		"duplicate in subject":         {swap(`"subject":[{`, `"subject":[{"name":"other",`), "malformed"},
		"duplicate in digest set":      {swap(`"digest":{"sha256":`, `"digest":{"sha256":"00","sha256":`), "malformed"},
		"duplicate predicate":          {swap(`"predicate":`, `"predicate":{},"predicate":`), "malformed"},
		"duplicate resources":          {swap(`"resources":`, `"resources":[],"resources":`), "malformed"},
		"duplicate name of a resource": {swap(`"name":"config.json"`, `"name":"config.json","name":"x"`), "malformed"},
		"duplicate unknown member":     {swap(`"name":"config.json"`, `"name":"config.json","x":1,"x":1`), "malformed"},
		"duplicate deep in unknown":    {swap(`"name":"config.json"`, `"name":"config.json","x":[{"y":1,"y":2}]`), "malformed"},
		"duplicate ignore_paths":       {swap(`"method":`, `"ignore_paths":[],"ignore_paths":["weights.bin"],"method":`), "malformed"},
		"duplicate by escape":          {swap(`"resources":`, `"resource\u0073":[],"resources":`), "malformed"},

		// Words in another case or with look-alikes.
		"type in upper case":    {swap(statementType, strings.ToUpper(statementType)), "malformed"},
		"type with a slash":     {swap(statementType, statementType+"/"), "malformed"},
		"type of http":          {swap(statementType, "http://in-toto.io/Statement/v1"), "malformed"},
		"predicate v1":          {swap(PredicateOMS, "https://model_signing/signature/v1"), "predicate"},
		"predicate v1.1":        {swap(PredicateOMS, "https://model_signing/signature/v1.1"), "predicate"},
		"predicate v2.0":        {swap(PredicateOMS, "https://model_signing/signature/v2.0"), "predicate"},
		"predicate of http":     {swap(PredicateOMS, "http://model_signing/signature/v1.0"), "predicate"},
		"predicate in case":     {swap(PredicateOMS, "https://Model_signing/signature/v1.0"), "predicate"},
		"predicate with blank":  {swap(PredicateOMS, PredicateOMS+" "), "predicate"},
		"predicate empty":       {swap(PredicateOMS, ""), "predicate"},
		"predicate v0.1 layout": {swap(PredicateOMS, predicateOMSv0), "unsigned"},
		"predicate a number":    {swap(`"`+PredicateOMS+`"`, "1"), "malformed"},
		"method Files":          {swap(`"method":"files"`, `"method":"Files"`), "malformed"},
		"method file-shard":     {swap(`"method":"files"`, `"method":"file-shard"`), "malformed"},
		"hash SHA256":           {swap(`"hash_type":"sha256"`, `"hash_type":"SHA256"`), "malformed"},
		"hash sha-256":          {swap(`"hash_type":"sha256"`, `"hash_type":"sha-256"`), "malformed"},
		"hash sha512":           {swap(`"hash_type":"sha256"`, `"hash_type":"sha512"`), "malformed"},
		"hash missing":          {swap(`"hash_type":"sha256",`, ``), "malformed"},
		"hash null":             {swap(`"hash_type":"sha256"`, `"hash_type":null`), "malformed"},
		"hash of other length":  {swap(`"hash_type":"sha256"`, `"hash_type":"blake2b"`), "malformed"},

		// Types.
		"subject an object":   {swap(`"subject":[{`, `"subject":{"0":[{`), "malformed"},
		"subject null":        {swap(`"subject":[{`, `"subject":[null,{`), "malformed"},
		"resources null":      {`{"_type":"` + statementType + `","predicateType":"` + PredicateOMS + `","subject":[{"name":"m","digest":{"sha256":"` + digest + `"}}],"predicate":{"resources":null,"serialization":{"method":"files","hash_type":"sha256","allow_symlinks":false}}}`, "malformed"},
		"resource a string":   {swap(`"resources":[`, `"resources":["x",`), "malformed"},
		"resource a list":     {swap(`"resources":[`, `"resources":[[],`), "malformed"},
		"digest a list":       {swap(`"digest":"`+digest+`"`, `"digest":["`+digest+`"]`), "malformed"},
		"digest empty":        {swap(`"digest":"`+digest+`"`, `"digest":""`), "malformed"},
		"digest with prefix":  {swap(`"digest":"`+digest+`"`, `"digest":"sha256:`+digest+`"`), "malformed"},
		"digest with blank":   {swap(`"digest":"`+digest+`"`, `"digest":" `+digest+`"`), "malformed"},
		"digest one too long": {swap(`"digest":"`+digest+`"`, `"digest":"`+digest+`00"`), "malformed"},
		"digest odd":          {swap(`"digest":"`+digest+`"`, `"digest":"`+digest+`0"`), "malformed"},
		"symlinks null":       {swap(`"allow_symlinks":false`, `"allow_symlinks":null`), "malformed"},
		"symlinks a number":   {swap(`"allow_symlinks":false`, `"allow_symlinks":0`), "malformed"},
		"name a number":       {swap(`"name":"config.json"`, `"name":1`), "malformed"},
		"subject name null":   {swap(`"name":"model"`, `"name":null`), "malformed"},
		"shard_size null":     {swap(`"method":`, `"shard_size":null,"method":`), "malformed"},
		"serialization list":  {swap(`"serialization":{`, `"serialization":[{`), "malformed"},

		// Root digest.
		"root in upper case":  {upperRoot(good), "malformed"},
		"root empty":          {swap(`"digest":{"sha256":"`, `"digest":{"sha512":"`), "malformed"},
		"root beside another": {swap(`"digest":{"sha256":"`, `"digest":{"sha512":"ab","sha256":"`), "ok"},
		"annotated subject":   {swap(`"name":"model"`, `"annotations":{"a":1},"name":"model"`), "ok"},

		// Numbers, sizes, ends.
		"number of 400 digits":  {swap(`"name":"config.json"`, `"x":`+strings.Repeat("9", 400)+`,"name":"config.json"`), "ok"},
		"number with exponent":  {swap(`"name":"config.json"`, `"x":1e999999,"name":"config.json"`), "ok"},
		"number NaN":            {swap(`"name":"config.json"`, `"x":NaN,"name":"config.json"`), "malformed"},
		"number hexadecimal":    {swap(`"name":"config.json"`, `"x":0x1,"name":"config.json"`), "malformed"},
		"leading zero":          {swap(`"name":"config.json"`, `"x":01,"name":"config.json"`), "malformed"},
		"NUL after the end":     {good + "\x00", "malformed"},
		"bracket after the end": {good + "}", "malformed"},
		"comma after the end":   {good + ",", "malformed"},
		"null after the end":    {good + " null", "malformed"},
		"raw control character": {swap(`"name":"model"`, "\"name\":\"mo\ndel\""), "malformed"},
		"overlong UTF-8":        {swap(`"name":"model"`, "\"name\":\"mo\xc0\xafdel\""), "malformed"},
		"surrogate in UTF-8":    {swap(`"name":"model"`, "\"name\":\"mo\xed\xa0\x80del\""), "malformed"},
		"UTF-16":                {"\xff\xfe{\x00}\x00", "malformed"},
		"single quotes":         {strings.ReplaceAll(good, `"`, `'`), "malformed"},
		"deep in a resource":    {swap(`"name":"config.json"`, `"x":`+strings.Repeat("[", 99)+strings.Repeat("]", 99)+`,"name":"config.json"`), "malformed"},
	}
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, modelFiles)
	for name, tt := range tests {
		if got, err := verifyPayload(t, signer, model, tt.payload); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
	}
}

// upperRoot writes the root digest of a statement in upper case.
func upperRoot(payload string) string {
	const before = `"subject":[{"digest":{"sha256":"`
	i := strings.Index(payload, before) + len(before)
	return payload[:i] + strings.ToUpper(payload[i:i+64]) + payload[i+64:]
}

// TestHostileBundles dresses a valid signature in bundles that say two things at once.
func TestHostileBundles(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, newKey(elliptic.P256()))
	other := newSigner(t, newKey(elliptic.P256()))
	good := string(signValue(t, signer, statementFor(modelFiles, modelNames...)))
	evil := string(signValue(t, other, statementFor(modelFiles, modelNames...)))
	edit := func(change func(object)) string { return string(editBundle([]byte(good), change)) }
	sig := func(b object) object { return envelope(b)["signatures"].([]any)[0].(object) }
	recode := func(to *base64.Encoding, of object, name string) {
		of[name] = to.EncodeToString(must(base64.StdEncoding.DecodeString(of[name].(string))))
	}
	dup := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the bundle", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	tests := map[string]struct{ bundle, want string }{
		"as signed": {good, "ok"},

		// Keys twice, at each level of the bundle.
		"duplicate material":      {dup(`"verificationMaterial":`, `"verificationMaterial":{},"verificationMaterial":`), "malformed"},
		"duplicate publicKey":     {dup(`"publicKey":`, `"publicKey":{"hint":""},"publicKey":`), "malformed"},
		"duplicate hint":          {dup(`"hint":`, `"hint":"","hint":`), "malformed"},
		"duplicate payload":       {dup(`"payload":`, `"payload":"e30=","payload":`), "malformed"},
		"duplicate payloadType":   {dup(`"payloadType":`, `"payloadType":"x","payloadType":`), "malformed"},
		"duplicate signatures":    {dup(`"signatures":`, `"signatures":[],"signatures":`), "malformed"},
		"duplicate sig":           {dup(`"sig":`, `"sig":"e30=","sig":`), "malformed"},
		"duplicate mediaType":     {dup(`"mediaType":`, `"mediaType":"`+bundleMediaType+`","mediaType":`), "malformed"},
		"duplicate by escape":     {dup(`"payload":`, `"p\u0061yload":"e30=","payload":`), "malformed"},
		"member in another case":  {dup(`"payload":`, `"Payload":"e30=","payload":`), "malformed"},
		"camel and snake case":    {dup(`"payloadType":`, `"payload_type":"x","payloadType":`), "malformed"},
		"second bundle behind":    {good + evil, "malformed"},
		"in a list":               {"[" + good + "]", "malformed"},
		"as a JSON string":        {string(must(json.Marshal(good))), "malformed"},
		"byte order mark":         {"\ufeff" + good, "malformed"},
		"envelope a string":       {edit(func(b object) { b["dsseEnvelope"] = good }), "malformed"},
		"material a list":         {edit(func(b object) { b["verificationMaterial"] = []any{} }), "malformed"},
		"envelope null":           {edit(func(b object) { b["dsseEnvelope"] = nil }), "malformed"},
		"extra certificate":       {edit(func(b object) { b["certificate"] = object{} }), "malformed"},
		"DSSE alone, no bundle":   {string(must(json.Marshal(envelope(parse(good))))), "malformed"},
		"statement alone":         {string(must(json.Marshal(statementFor(modelFiles, modelNames...)))), "malformed"},
		"raw key null, hint text": {edit(func(b object) { material(b)["publicKey"] = object{"hint": "x", "rawBytes": nil} }), "ok"},
		"hint null, raw key": {edit(func(b object) {
			material(b)["publicKey"] = object{"hint": nil, "rawBytes": b64(publicPEM(signer.Public())), "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
		}), "ok"},
		"hint and raw key null": {edit(func(b object) { material(b)["publicKey"] = object{"hint": nil, "rawBytes": nil} }), "malformed"},
		"raw key of two": {edit(func(b object) {
			material(b)["publicKey"] = object{"rawBytes": b64(append(publicPEM(other.Public()), publicPEM(signer.Public())...))}
		}), "key"},
		"hint in upper case":       {edit(func(b object) { material(b)["publicKey"] = object{"hint": strings.ToUpper(KeyHint(signer.Public()))} }), "ok"},
		"hint of another key":      {edit(func(b object) { material(b)["publicKey"] = object{"hint": KeyHint(other.Public())} }), "key"},
		"hint of own, key another": {strings.Replace(evil, KeyHint(other.Public()), KeyHint(signer.Public()), 1), "signature"},
		"timestamps unknown":       {edit(func(b object) { material(b)["timestampVerificationData"] = object{"x": 1} }), "malformed"},
		"timestamp a string":       {edit(func(b object) { material(b)["timestampVerificationData"] = object{"rfc3161Timestamps": []any{"x"}} }), "malformed"},
		"timestamp no base64": {edit(func(b object) {
			material(b)["timestampVerificationData"] = object{"rfc3161Timestamps": []any{object{"signedTimestamp": "%"}}}
		}), "malformed"},
		"timestamps none":       {edit(func(b object) { material(b)["timestampVerificationData"] = object{"rfc3161Timestamps": []any{}} }), "ok"},
		"log entries null":      {edit(func(b object) { material(b)["tlogEntries"] = nil }), "ok"},
		"log entries an object": {edit(func(b object) { material(b)["tlogEntries"] = object{} }), "malformed"},

		// Base64: standard and URL-safe alphabets with padding, nothing else.
		"payload URL-safe":           {edit(func(b object) { recode(base64.URLEncoding, envelope(b), "payload") }), "ok"},
		"signature URL-safe":         {edit(func(b object) { recode(base64.URLEncoding, sig(b), "sig") }), "ok"},
		"payload with blank":         {edit(func(b object) { envelope(b)["payload"] = " " + envelope(b)["payload"].(string) }), "malformed"},
		"payload with inner newline": {edit(func(b object) { p := envelope(b)["payload"].(string); envelope(b)["payload"] = p[:8] + "\r\n" + p[8:] }), "malformed"},
		"payload with tab":           {edit(func(b object) { envelope(b)["payload"] = envelope(b)["payload"].(string) + "\t" }), "malformed"},
		"payload padded twice":       {edit(func(b object) { envelope(b)["payload"] = envelope(b)["payload"].(string) + "====" }), "malformed"},
		"payload of mixed alphabets": {edit(func(b object) { envelope(b)["payload"] = "-+" + envelope(b)["payload"].(string) }), "malformed"},
		"payload with two ends":      {edit(func(b object) { envelope(b)["payload"] = "e30=" + envelope(b)["payload"].(string) }), "malformed"},
		"signature loose last bits":  {edit(func(b object) { sig(b)["sig"] = looseBits(t, sig(b)["sig"].(string)) }), "malformed"},
		"signature with blank":       {edit(func(b object) { sig(b)["sig"] = sig(b)["sig"].(string) + " " }), "malformed"},
		"signature a list":           {edit(func(b object) { sig(b)["sig"] = []any{sig(b)["sig"]} }), "malformed"},

		// Signatures.
		"two, the second good": {edit(func(b object) {
			envelope(b)["signatures"] = []any{object{"sig": b64([]byte("x"))}, sig(b)}
		}), "malformed"},
		"two, the first good":  {edit(func(b object) { envelope(b)["signatures"] = []any{sig(b), object{"sig": b64([]byte("x"))}} }), "malformed"},
		"signature null":       {edit(func(b object) { envelope(b)["signatures"] = []any{nil} }), "malformed"},
		"signatures an object": {edit(func(b object) { envelope(b)["signatures"] = sig(b) }), "malformed"},
		"signature of another": {edit(func(b object) { envelope(b)["signatures"] = envelope(parse(evil))["signatures"] }), "signature"},
		"signature with a tail": {edit(func(b object) {
			sig(b)["sig"] = b64(append(must(base64.StdEncoding.DecodeString(sig(b)["sig"].(string))), 0))
		}), "signature"},
		"signature as r and s":  {edit(func(b object) { sig(b)["sig"] = b64(make([]byte, 64)) }), "signature"},
		"payload type other":    {edit(func(b object) { envelope(b)["payloadType"] = "application/vnd.in-toto+JSON" }), "malformed"},
		"payload type with ;":   {edit(func(b object) { envelope(b)["payloadType"] = payloadType + "; charset=utf-8" }), "malformed"},
		"payload type null":     {edit(func(b object) { envelope(b)["payloadType"] = nil }), "malformed"},
		"media type no version": {edit(func(b object) { b["mediaType"] = "application/vnd.dev.sigstore.bundle+json" }), "malformed"},
		"media type v0.4":       {edit(func(b object) { b["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json" }), "malformed"},
		"media type in case":    {edit(func(b object) { b["mediaType"] = "application/vnd.dev.Sigstore.bundle.v0.3+json" }), "malformed"},
		"media type with tail":  {edit(func(b object) { b["mediaType"] = bundleMediaType + ".x" }), "malformed"},
	}
	model := writeModel(t, modelFiles)
	for name, tt := range tests {
		r, err := VerifyModel(context.Background(), model, []byte(tt.bundle), trustKey(signer), ModelOptions{})
		if got := outcome(r, err); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
	}
}

func parse(bundle string) object {
	var b object
	if err := json.Unmarshal([]byte(bundle), &b); err != nil {
		panic(err)
	}
	return b
}

// looseBits sets the bits that base64 does not use, which gives a second text for the
// same bytes.
func looseBits(t *testing.T, text string) string {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	body := strings.TrimRight(text, "=")
	if body == text {
		return text + "!" // no unused bits in this one
	}
	last := strings.IndexByte(alphabet, body[len(body)-1])
	return body[:len(body)-1] + alphabet[last|1:last|1+1] + text[len(body):]
}
