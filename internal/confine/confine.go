// Package confine evaluates policy packs in a child process with a limit on its memory.
// OPA bounds the time of an evaluation and not its memory, so a server must not evaluate
// what others wrote in the process that serves everybody. The child gets the packs, the
// input and nothing else: no environment, no arguments of a request, no open files.
package confine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/policies"
)

const (
	// DefaultMemory is what one evaluation may take beyond the program itself. The largest
	// inputs in use, of 2 MB, take a tenth.
	DefaultMemory = 1 << 30
	// maxAnswerBytes bounds what the child says: the findings of all controls of all packs.
	maxAnswerBytes = 64 << 20
	// maxComplaintBytes bounds what is kept of its last words.
	maxComplaintBytes = 4 << 10
	// startSeconds is granted beyond the time limits of the evaluation, for starting and
	// compiling on a busy machine.
	startSeconds = 60
	// limitFactor covers one evaluation of all controls and the fallback, one by one.
	limitFactor = 6
)

// Runner starts children.
type Runner struct {
	// Path and Args name a program that calls Serve.
	Path string
	Args []string
	// MemoryBytes is told to the child as its last argument; 0 is DefaultMemory.
	MemoryBytes uint64
}

// Isolate implements engine.Isolate.
func (r Runner) Isolate(ctx context.Context, job *engine.IsolatedJob) (map[string]engine.IsolatedAnswer, error) {
	content, err := json.Marshal(job)
	if err != nil {
		return nil, fmt.Errorf("isolated evaluation: %w", err)
	}
	limited, cancel := context.WithTimeout(ctx, limitFactor*job.Timeout+startSeconds*time.Second)
	defer cancel()
	memory := r.MemoryBytes
	if memory == 0 {
		memory = DefaultMemory
	}
	c := exec.CommandContext(limited, r.Path, append(r.Args, fmt.Sprint(memory))...)
	c.Env = []string{} // no secrets of the server
	c.Dir = "/"
	c.Stdin = bytes.NewReader(content)
	answer, complaint := &capped{limit: maxAnswerBytes}, &capped{limit: maxComplaintBytes}
	c.Stdout, c.Stderr = answer, complaint
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, failure(limited, err, complaint.String(), memory)
	}
	if answer.over {
		return nil, fmt.Errorf("isolated evaluation: the answer is larger than maxAnswerBytes (%d)", maxAnswerBytes)
	}
	var out map[string]engine.IsolatedAnswer
	if err := json.Unmarshal(answer.Bytes(), &out); err != nil {
		return nil, fmt.Errorf("isolated evaluation: read the answer: %w", err)
	}
	return out, nil
}

// failure says why a child ended without an answer.
func failure(limited context.Context, err error, complaint string, memory uint64) error {
	first, _, _ := strings.Cut(strings.TrimSpace(complaint), "\n")
	switch {
	case limited.Err() != nil:
		return errors.New("isolated evaluation took too long")
	case strings.Contains(complaint, "out of memory") || strings.Contains(complaint, "cannot allocate memory"):
		return fmt.Errorf("isolated evaluation took more than %d MiB of memory", memory>>20)
	case first != "":
		return fmt.Errorf("isolated evaluation: %s", first)
	}
	return fmt.Errorf("isolated evaluation: %w", err)
}

// capped keeps the first bytes that are written to it and swallows the rest.
type capped struct {
	bytes.Buffer
	limit int
	over  bool
}

func (c *capped) Write(p []byte) (int, error) {
	room := c.limit - c.Len()
	if len(p) > room {
		c.over = true
		c.Buffer.Write(p[:max(room, 0)])
		return len(p), nil
	}
	return c.Buffer.Write(p)
}

// Serve is the child: it limits its own memory, reads a job and writes the answers.
func Serve(ctx context.Context, memoryBytes uint64, r io.Reader, w io.Writer) error {
	if err := limit(memoryBytes); err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	var job engine.IsolatedJob
	d := json.NewDecoder(r)
	d.UseNumber()
	if err := d.Decode(&job); err != nil {
		return fmt.Errorf("read job: %w", err)
	}
	policy, err := load(ctx, &job)
	if err != nil {
		return err
	}
	in, err := engine.ReadInput(job.Input)
	if err != nil {
		return err
	}
	answers, err := policy.Answers(ctx, in)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(answers)
}

func load(ctx context.Context, job *engine.IsolatedJob) (*engine.Policy, error) {
	lib, err := fs.Sub(policies.FS, "lib")
	if err != nil {
		return nil, err
	}
	packs := []engine.PackSource{{Name: "mlpolicy/lib", Kind: engine.KindLib, FS: lib, Embedded: true}}
	for _, p := range job.Packs {
		packs = append(packs, engine.PackSource{Name: p.Name, Kind: p.Kind, Stages: p.Stages, FS: source.Files(p.Files), Data: p.Data})
	}
	return engine.Load(ctx, packs, engine.LoadOptions{Settings: job.Settings, FactSchemas: job.FactSchemas, Timeout: job.Timeout})
}
