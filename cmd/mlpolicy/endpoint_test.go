package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// endpoint serves a simulated model on loopback: `endpoint VARIABLE logprobs SHIFT` answers
// with log probabilities around a mean that SHIFT moves, `endpoint VARIABLE text WORD` with
// texts of that word, `endpoint VARIABLE broken` with errors. The noise has a fixed seed.
func endpoint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: endpoint VARIABLE logprobs|text|broken [SHIFT|WORD]")
	}
	var mu sync.Mutex
	noise := rand.New(rand.NewPCG(1, uint64(len(strings.Join(args, " ")))))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if args[1] == "broken" || r.URL.Path != "/v1/chat/completions" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		choice := map[string]any{"message": map[string]any{"role": "assistant", "content": "x"}}
		if args[1] == "text" {
			words := strings.Repeat(args[2]+" ", 4) + fmt.Sprint(noise.IntN(1000))
			choice["message"] = map[string]any{"role": "assistant", "content": words}
		} else {
			var shift float64
			if _, err := fmt.Sscan(args[2], &shift); err != nil {
				ts.Fatalf("shift: %v", err)
			}
			var top []any
			for i := range 20 {
				top = append(top, map[string]any{"token": fmt.Sprintf("t%d", i), "logprob": -float64(i) + shift + 0.1*noise.NormFloat64()})
			}
			choice["logprobs"] = map[string]any{"content": []any{map[string]any{"token": "t0", "top_logprobs": top}}}
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"choices": []any{choice}}) //nolint:errcheck // the client sees what is missing
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL+"/v1")
}
