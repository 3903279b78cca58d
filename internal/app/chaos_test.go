package app

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/store/storetest"
)

// TestMain lets the test binary be a replica that can be killed.
func TestMain(m *testing.M) {
	if os.Getenv("MLPOLICY_TEST_REPLICA") != "" {
		if err := replica(); err != nil {
			fmt.Fprintln(os.Stderr, "replica:", err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		f.Value.Set("8") //nolint:errcheck // it is a number; these tests wait more than they work
	}
	os.Exit(m.Run())
}

// replicaConfig is what a replica is told.
type replicaConfig struct {
	DSN, GitHub, Key, Listen string
}

func replica() error {
	var c replicaConfig
	if err := json.Unmarshal([]byte(os.Getenv("MLPOLICY_TEST_REPLICA")), &c); err != nil {
		return err
	}
	s, err := store.Open(context.Background(), c.DSN)
	if err != nil {
		return err
	}
	a, err := New(Options{Store: s, AppID: githubtest.AppID, PrivateKey: []byte(c.Key), WebhookSecrets: [][]byte{testSecret}, GitHubURL: c.GitHub, Version: "test",
		Evaluate: judge, Log: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Timing: chaosTiming(), ReconcileEvery: 2 * time.Second, Workers: 8})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	return a.Serve(context.Background(), listener, nil)
}

func chaosTiming() Timing {
	return Timing{Lease: 3 * time.Second, Sweep: time.Second, Poll: 50 * time.Millisecond, Retry: 20 * time.Millisecond, Job: 30 * time.Second, OrgLaw: time.Hour}
}

// storm is a test of everything at once: pull requests that move while their deliveries
// are shuffled, doubled and lost, an API that fails, and replicas that are killed.
type storm struct {
	deliveries int
	replicas   int
	kills      int
	stall      time.Duration
	dsn        string
	seed       uint64
}

func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	storm{deliveries: 200, replicas: 1, kills: 1, stall: 100 * time.Millisecond, dsn: storetest.SQLite(t), seed: 1}.run(t)
}

// TestChaosInFull is the issue's: MLPOLICY_CHAOS=full go test -run ChaosInFull -timeout 30m.
func TestChaosInFull(t *testing.T) {
	if os.Getenv("MLPOLICY_CHAOS") != "full" {
		t.Skip("takes minutes; MLPOLICY_CHAOS=full runs it")
	}
	seed := uint64(1)
	if n, err := strconv.ParseUint(os.Getenv("MLPOLICY_CHAOS_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Run("SQLite", func(t *testing.T) {
		storm{deliveries: 2000, replicas: 1, kills: 20, stall: time.Second, dsn: storetest.SQLite(t), seed: seed}.run(t)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		storm{deliveries: 2000, replicas: 2, kills: 20, stall: time.Second, dsn: storetest.Postgres(t), seed: seed}.run(t)
	})
}

// fleet runs replicas behind one address that picks one that is alive, as a load
// balancer does.
type fleet struct {
	t     *testing.T
	conf  replicaConfig
	mu    sync.Mutex
	alive map[string]*exec.Cmd // by address
	log   *os.File
}

func (f *fleet) start() {
	f.t.Helper()
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	conf := f.conf
	conf.Listen = probe.Addr().String()
	probe.Close()
	told, err := json.Marshal(conf)
	if err != nil {
		f.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MLPOLICY_TEST_REPLICA="+string(told))
	cmd.Stderr = f.log
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	for range 400 {
		if resp, err := http.Get("http://" + conf.Listen + "/healthz"); err == nil {
			resp.Body.Close()
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alive[conf.Listen] = cmd
}

// kill ends a replica as a power failure would, and starts another in its place.
func (f *fleet) kill(r *rand.Rand) {
	f.mu.Lock()
	n, victim := r.IntN(len(f.alive)), ""
	for addr := range f.alive {
		if n == 0 {
			victim = addr
			break
		}
		n--
	}
	cmd := f.alive[victim]
	delete(f.alive, victim)
	f.mu.Unlock()
	cmd.Process.Kill() //nolint:errcheck // it may be gone
	cmd.Wait()         //nolint:errcheck // its status is that it was killed
	f.start()
}

func (f *fleet) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, cmd := range f.alive {
		cmd.Process.Kill() //nolint:errcheck // it may be gone
		cmd.Wait()         //nolint:errcheck // its status is that it was killed
	}
}

// ServeHTTP hands a delivery to a replica that is alive, or loses it.
func (f *fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	to := ""
	for addr := range f.alive {
		to = addr
		break
	}
	f.mu.Unlock()
	req, err := http.NewRequest(r.Method, "http://"+to+"/github/webhook", r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	req.Header = r.Header.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	resp.Body.Close()
	w.WriteHeader(resp.StatusCode)
}

// faults answers 10 % of calls with 5xx, half of them after they took effect, 2 % with
// 429, and stalls 3 %.
func (s storm) faults() func(*http.Request) *githubtest.Fault {
	return func(*http.Request) *githubtest.Fault {
		switch n := rand.IntN(200); {
		case n < 10:
			return &githubtest.Fault{Status: 502, Applied: true}
		case n < 20:
			return &githubtest.Fault{Status: 500}
		case n < 24:
			return &githubtest.Fault{Status: 429, Header: map[string]string{"Retry-After": "0"}}
		case n < 30:
			return &githubtest.Fault{Stall: s.stall}
		}
		return nil
	}
}

func (s storm) run(t *testing.T) {
	r := rand.New(rand.NewPCG(s.seed, 2))
	gh := githubtest.New(t)
	gh.Fault = s.faults()
	logFile, err := os.Create(filepath.Join(t.TempDir(), "replicas.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer logFile.Close()
	f := &fleet{t: t, conf: replicaConfig{DSN: s.dsn, GitHub: gh.URL, Key: string(gh.Key)}, alive: map[string]*exec.Cmd{}, log: logFile}
	defer f.stop()
	for range s.replicas {
		f.start()
	}
	front := newServer(t, f)
	gh.HookURL, gh.HookSecret = front, testSecret

	w := newWorld(gh, r)
	begun := time.Now()
	killed := 0
	var held []*githubtest.Delivery
	for sent := 0; sent < s.deliveries; {
		for range min(100, s.deliveries-sent) {
			held = append(held, w.step())
			sent++
		}
		r.Shuffle(len(held), func(i, j int) { held[i], held[j] = held[j], held[i] })
		late := len(held) / 4
		var group sync.WaitGroup
		limit := make(chan struct{}, 8)
		for _, d := range held[late:] {
			if r.IntN(100) < 5 {
				continue // lost
			}
			times := 1
			if r.IntN(10) == 0 {
				times = 2 // doubled
			}
			for range times {
				limit <- struct{}{}
				group.Go(func() { gh.Send(d); <-limit })
			}
			if killed*s.deliveries < (sent-len(held)/2)*s.kills && r.IntN(10) == 0 && killed < s.kills {
				f.kill(r)
				killed++
			}
		}
		group.Wait()
		held = held[:late]
	}
	for _, d := range held {
		gh.Send(d)
	}
	for ; killed < s.kills; killed++ {
		time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
		f.kill(r)
	}
	sending := time.Since(begun)
	want := w.calm(t)
	s.settled(t, gh, w, want, logFile.Name())
	t.Logf("%d deliveries sent in %s with %d kills, settled after %s; %d open heads", s.deliveries, sending.Round(time.Millisecond), killed, time.Since(begun).Round(time.Millisecond), len(want))
}

// settled waits until GitHub shows what a calm run shows.
func (s storm) settled(t *testing.T, gh *githubtest.Server, w *world, want map[string]string, log string) {
	t.Helper()
	deadline := time.Now().Add(4 * time.Minute)
	for {
		wrong := w.wrong(gh, want)
		if len(wrong) == 0 {
			return
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log)
			if keep := os.Getenv("MLPOLICY_CHAOS_LOG"); keep != "" {
				_ = os.WriteFile(keep, text, 0o600) // the end of it is shown all the same
			}
			t.Fatalf("%d of %d heads are wrong:\n%s\nlog:\n%s", len(wrong), len(want), strings.Join(wrong[:min(len(wrong), 5)], "\n"), tail(string(text)))
		}
		time.Sleep(100 * time.Millisecond)
	}
}
