package app

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

const (
	// callTimeout bounds one API call; GitHub itself ends a request after 10 seconds.
	callTimeout = 30 * time.Second
	// maxTransports bounds the installation tokens that are kept.
	maxTransports = 4096
)

// scope is what a job may do with a repository: each job gets a token for it alone.
type scope string

const (
	scopeChecks scope = "checks"     // read the pull request and the commit, write check runs
	scopeDeploy scope = "deploy"     // answer a deployment protection rule
	scopeSee    scope = "see"        // read metadata: who may see or press
	scopeTeam   scope = "team"       // read who is in the team that may ask for waivers
	scopeLaw    scope = "law"        // read the organisation's law
	scopeAll    scope = "all-listed" // list the repositories of an installation
)

func (s scope) permissions() *github.InstallationPermissions {
	read, write := github.String("read"), github.String("write")
	switch s {
	case scopeChecks:
		return &github.InstallationPermissions{Checks: write, Contents: read, PullRequests: read, Metadata: read}
	case scopeDeploy:
		return &github.InstallationPermissions{Actions: read, Deployments: write, Contents: read, Metadata: read}
	case scopeTeam:
		return &github.InstallationPermissions{Members: read, Metadata: read}
	case scopeLaw:
		return &github.InstallationPermissions{Contents: read, Metadata: read}
	}
	return &github.InstallationPermissions{Metadata: read}
}

// clients makes API clients: one for the App itself, one per installation, repository
// and scope.
type clients struct {
	api        *url.URL
	key        *rsa.PrivateKey
	appID      int64
	base       http.RoundTripper // counts, classifies and retries
	mu         sync.Mutex
	transports map[transportKey]*ghinstallation.Transport
}

type transportKey struct {
	installation, repository int64
	name                     string
	scope                    scope
}

func newClients(opts Options, api *url.URL, m *metrics) (*clients, error) {
	key, err := parseKey(opts.PrivateKey)
	if err != nil {
		return nil, err
	}
	base := opts.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	return &clients{api: api, key: key, appID: opts.AppID, base: &limits{base: base, metrics: m, pause: opts.Timing.Retry},
		transports: map[transportKey]*ghinstallation.Transport{}}, nil
}

// parseKey reads a private key in PKCS #1, as GitHub makes it, or PKCS #8.
func parseKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the private key of the App is not a PEM file")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if key, ok := parsed.(*rsa.PrivateKey); ok && err == nil {
		return key, nil
	}
	return nil, errors.New("the private key of the App is not an RSA key")
}

// pkcs1 is the form that the signing library reads.
func (c *clients) pkcs1() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(c.key)})
}

func (c *clients) appsTransport() (*ghinstallation.AppsTransport, error) {
	t, err := ghinstallation.NewAppsTransport(c.base, c.appID, c.pkcs1())
	if err != nil {
		return nil, err
	}
	t.BaseURL = strings.TrimSuffix(c.api.String(), "/")
	return t, nil
}

// asApp is a client that speaks for the App itself.
func (c *clients) asApp() (*github.Client, error) {
	t, err := c.appsTransport()
	if err != nil {
		return nil, err
	}
	return c.client(t), nil
}

// client makes a go-github client that follows no redirect.
func (c *clients) client(t http.RoundTripper) *github.Client {
	client := github.NewClient(&http.Client{Transport: t, Timeout: callTimeout, CheckRedirect: stay})
	client.BaseURL = c.api
	client.UserAgent = "mlpolicy"
	return client
}

// stay makes a redirect an answer: a renamed repository is looked up by its id instead,
// and nothing else may send us anywhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// repo is a client with a token for one repository and one scope.
func (c *clients) repo(r store.Repository, s scope) *repoClient {
	t := &tokenTransport{clients: c, key: transportKey{r.Installation, r.ID, "", s}}
	return &repoClient{Client: c.client(t), transport: t, api: c.api, plain: c.base, Repository: r}
}

// named is a client with a token for a repository whose id is not known.
func (c *clients) named(installation int64, owner, name string, s scope) *repoClient {
	t := &tokenTransport{clients: c, key: transportKey{installation, 0, name, s}}
	return &repoClient{Client: c.client(t), transport: t, api: c.api, plain: c.base, Repository: store.Repository{Installation: installation, Owner: owner, Name: name}}
}

// installation is a client with a token for everything the installation may see.
func (c *clients) installation(id int64) *github.Client {
	return c.client(&tokenTransport{clients: c, key: transportKey{installation: id, scope: scopeAll}})
}

// transport returns the transport that holds the token of a key, a new one when fresh.
func (c *clients) transport(key transportKey, fresh bool) (*ghinstallation.Transport, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.transports[key]; ok && !fresh {
		return t, nil
	}
	apps, err := c.appsTransport()
	if err != nil {
		return nil, err
	}
	t := ghinstallation.NewFromAppsTransport(apps, key.installation)
	t.Client = &http.Client{Transport: c.base, Timeout: callTimeout, CheckRedirect: stay}
	t.InstallationTokenOptions = &github.InstallationTokenOptions{Permissions: key.scope.permissions()}
	if key.repository != 0 {
		t.InstallationTokenOptions.RepositoryIDs = []int64{key.repository}
	} else if key.name != "" {
		t.InstallationTokenOptions.Repositories = []string{key.name}
	}
	if len(c.transports) >= maxTransports {
		clear(c.transports)
	}
	c.transports[key] = t
	return t, nil
}

// forget drops the tokens of an installation.
func (c *clients) forget(installation int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.transports {
		if key.installation == installation {
			delete(c.transports, key)
		}
	}
}

// tokenTransport adds an installation token, and takes one new token when GitHub says
// that the one it had is no longer good.
type tokenTransport struct {
	clients *clients
	key     transportKey
}

// RoundTrip implements http.RoundTripper.
func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.GetBody == nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body.Close()
		req = req.Clone(req.Context())
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	}
	for fresh := false; ; fresh = true {
		inner, err := t.clients.transport(t.key, fresh)
		if err != nil {
			return nil, err
		}
		try := req.Clone(req.Context())
		if req.GetBody != nil {
			if try.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
		resp, err := inner.RoundTrip(try)
		var refused *ghinstallation.HTTPError
		if errors.As(err, &refused) && refused.Response != nil {
			return nil, &tokenError{refused.Response.StatusCode, t.key.installation}
		}
		if err != nil || resp.StatusCode != http.StatusUnauthorized || fresh {
			return resp, err
		}
		resp.Body.Close()
	}
}

// tokenError is an installation that gives no token.
type tokenError struct {
	status       int
	installation int64
}

func (e *tokenError) Error() string {
	return fmt.Sprintf("installation %d gives no token: GitHub answered %d", e.installation, e.status)
}

// repoClient is a client for one repository.
type repoClient struct {
	*github.Client
	store.Repository
	api       *url.URL
	plain     http.RoundTripper // without a token
	transport http.RoundTripper
}

// archive opens the tarball of a commit or branch. GitHub answers with a redirect to
// another host and a link that is good for five minutes; it is followed to the host that
// serves archives alone, and without our token.
func (c *repoClient) archive(ctx context.Context, ref string) (io.ReadCloser, error) {
	link := c.api.JoinPath("repos", c.Owner, c.Name, "tarball", ref).String()
	resp, err := get(ctx, c.transport, link)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusFound {
		resp.Body.Close()
		to, err := resp.Location()
		if err != nil || !servesArchives(c.api, to) {
			return nil, fmt.Errorf("the archive of %s lies on a host that does not serve archives of %s", ref, c.api.Host)
		}
		if resp, err = get(ctx, c.plain, to.String()); err != nil {
			return nil, err
		}
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, github.CheckResponse(resp)
	}
	return resp.Body, nil
}

func get(ctx context.Context, t http.RoundTripper, link string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "mlpolicy")
	return (&http.Client{Transport: t, CheckRedirect: stay}).Do(req)
}

// servesArchives tells whether a redirect of an archive stays with the same GitHub: the
// API's own host, or codeload beside it.
func servesArchives(api, to *url.URL) bool {
	if to.Scheme != api.Scheme || to.User != nil {
		return false
	}
	return to.Host == api.Host || to.Host == "codeload."+strings.TrimPrefix(api.Host, "api.")
}
