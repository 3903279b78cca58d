package gate

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Limits of a bucket that is compared with a model.
const (
	maxObjects    = 20_000 // each costs one request for its checksum
	maxS3Response = 16 << 20
)

// S3 says how an object store that speaks S3 is reached. The environment has it; this
// package reads none.
type S3 struct {
	Endpoint     string // "" for AWS; any other is addressed by path
	Region       string // us-east-1 when empty
	AccessKey    string // "" asks without a signature
	SecretKey    string
	SessionToken string
	Client       *http.Client
	Now          func() time.Time // of the signature; its service refuses one that is old
}

// s3Object is an object of a listing: `aws s3api head-object --checksum-mode ENABLED`
// names the members so, and list-objects-v2 the list, without checksums.
type s3Object struct {
	Key            string `json:"Key"`
	ChecksumSHA256 string `json:"ChecksumSHA256"`
	ChecksumType   string `json:"ChecksumType"`
}

// addObject adds an object whose checksum is of its whole content. That of a multipart
// upload may be one of checksums ("COMPOSITE", or with the number of parts behind it): it
// says nothing of the content as a whole, and is passed over.
func (l *Listing) addObject(prefix string, o s3Object) error {
	name := strings.TrimPrefix(o.Key, prefix)
	if o.ChecksumSHA256 == "" || o.ChecksumType == "COMPOSITE" || strings.Contains(o.ChecksumSHA256, "-") || strings.HasSuffix(name, "/") {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(o.ChecksumSHA256)
	if err != nil {
		return fmt.Errorf("registry: %s: checksum of %s is not base64", l.Source, o.Key)
	}
	return l.add(name, hex.EncodeToString(raw))
}

// readBucket lists BUCKET/PREFIX and asks for the SHA-256 checksum of each object (Amazon
// S3 API, ListObjectsV2 and HeadObject with x-amz-checksum-mode).
func readBucket(ctx context.Context, address string, s S3) (*Listing, error) {
	bucket, prefix, _ := strings.Cut(address, "/")
	if bucket == "" {
		return nil, fmt.Errorf("registry: s3://%s names no bucket", address)
	}
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	l := &Listing{Source: "s3://" + address, Files: map[string]string{}}
	keys, err := s.list(ctx, bucket, prefix)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		o, err := s.head(ctx, bucket, key)
		if err != nil {
			return nil, err
		}
		if err := l.addObject(prefix, o); err != nil {
			return nil, err
		}
	}
	if len(l.Files) == 0 {
		return nil, fmt.Errorf("registry: s3://%s: none of %d objects has a SHA-256 checksum of its whole content; upload with --checksum-algorithm SHA256 --checksum-type FULL_OBJECT, or in one part", address, len(keys))
	}
	return l, nil
}

func (s S3) list(ctx context.Context, bucket, prefix string) ([]string, error) {
	var keys []string
	for token := ""; ; {
		query := url.Values{"list-type": {"2"}, "prefix": {prefix}}
		if token != "" {
			query.Set("continuation-token", token)
		}
		resp, err := s.do(ctx, http.MethodGet, bucket, "", query)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxS3Response+1))
		resp.Body.Close()
		if err != nil || len(body) > maxS3Response {
			return nil, fmt.Errorf("registry: listing of %s is incomplete or larger than %d bytes", bucket, maxS3Response)
		}
		var page struct {
			Contents []struct {
				Key string
			}
			IsTruncated           bool
			NextContinuationToken string
		}
		if err := xml.Unmarshal(body, &page); err != nil {
			return nil, fmt.Errorf("registry: listing of %s: %w", bucket, err)
		}
		for _, c := range page.Contents {
			keys = append(keys, c.Key)
		}
		switch token = page.NextContinuationToken; {
		case len(keys) > maxObjects:
			return nil, fmt.Errorf("registry: %s/%s has more than %d objects", bucket, prefix, maxObjects)
		case page.IsTruncated && token == "":
			return nil, errors.New("registry: listing is cut off and does not say where it goes on")
		case !page.IsTruncated:
			return keys, nil
		}
	}
}

func (s S3) head(ctx context.Context, bucket, key string) (s3Object, error) {
	resp, err := s.do(ctx, http.MethodHead, bucket, key, nil)
	if err != nil {
		return s3Object{}, err
	}
	resp.Body.Close()
	return s3Object{Key: key, ChecksumSHA256: resp.Header.Get("X-Amz-Checksum-Sha256"), ChecksumType: resp.Header.Get("X-Amz-Checksum-Type")}, nil
}

func (s S3) do(ctx context.Context, method, bucket, key string, query url.Values) (*http.Response, error) {
	region := s.Region
	if region == "" {
		region = "us-east-1"
	}
	path := "/" + key
	base := fmt.Sprintf("https://%s.s3.%s.amazonaws.com", bucket, region)
	if s.Endpoint != "" {
		base, path = strings.TrimSuffix(s.Endpoint, "/"), "/"+bucket+path
	}
	req, err := http.NewRequestWithContext(ctx, method, base+s3Escape(path), nil)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	req.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	if method == http.MethodHead {
		req.Header.Set("X-Amz-Checksum-Mode", "ENABLED")
	}
	if s.AccessKey != "" {
		s.sign(req, region)
	}
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("registry: %s s3://%s/%s answers %s", method, bucket, key, resp.Status)
	}
	return resp, nil
}

// sign signs a request without a body (AWS Signature Version 4, "Authorization header").
func (s S3) sign(req *http.Request, region string) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	now := s.Now().UTC()
	day, stamp := now.Format("20060102"), now.Format("20060102T150405Z")
	req.Header.Set("X-Amz-Date", stamp)
	req.Header.Set("X-Amz-Content-Sha256", empty)
	if s.SessionToken != "" {
		req.Header.Set("X-Amz-Security-Token", s.SessionToken)
	}
	signed := map[string]string{"host": req.URL.Host}
	for name := range req.Header {
		signed[strings.ToLower(name)] = strings.TrimSpace(req.Header.Get(name))
	}
	var names []string
	for name := range signed {
		names = append(names, name)
	}
	slices.Sort(names)
	var headers strings.Builder
	for _, name := range names {
		fmt.Fprintf(&headers, "%s:%s\n", name, signed[name])
	}
	list := strings.Join(names, ";")
	canonical := strings.Join([]string{req.Method, req.URL.EscapedPath(), req.URL.RawQuery, headers.String(), list, empty}, "\n")
	scope := strings.Join([]string{day, region, "s3", "aws4_request"}, "/")
	text := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, scope, hexSum([]byte(canonical))}, "\n")
	key := []byte("AWS4" + s.SecretKey)
	for _, part := range []string{day, region, "s3", "aws4_request", text} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%s,Signature=%x", s.AccessKey, scope, list, key))
}

// s3Escape escapes a path as the signature wants it: everything but letters, digits,
// "-._~" and the slashes between.
func s3Escape(path string) string {
	var out strings.Builder
	for _, c := range []byte(path) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			out.WriteByte(c)
		default:
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
