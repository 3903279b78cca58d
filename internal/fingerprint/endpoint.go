package fingerprint

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxAnswerBytes bounds one answer of an endpoint.
const maxAnswerBytes = 4 << 20

// Endpoint is an OpenAI-compatible server. It is asked, never believed: what it says of
// itself (its model name) is recorded and proves nothing.
type Endpoint struct {
	URL    string // up to /v1
	Model  string
	Key    string // "" for none; sent as a bearer token
	Client *http.Client
	// MaxTokens of an answer without log probabilities, 50.
	MaxTokens int
	// Top is how many log probabilities are asked for, 20.
	Top int
}

// Ask collects n answers per prompt. First it asks whether log probabilities come back:
// servers drop fields that they do not know without a word.
func (e *Endpoint) Ask(ctx context.Context, prompts []string, n int) (Sample, error) {
	if len(prompts) == 0 || len(prompts) > MaxPrompts || n < 1 || n > MaxSamples {
		return nil, fmt.Errorf("fingerprint: %d prompts × %d answers, between 1 × 1 and %d × %d are asked for", len(prompts), n, MaxPrompts, MaxSamples)
	}
	probe, err := e.complete(ctx, prompts[0], true)
	if err != nil {
		return nil, err
	}
	logprobs := len(probe.Logprobs) > 0
	out := Sample{}
	for _, prompt := range prompts {
		for range n {
			answer, err := e.complete(ctx, prompt, logprobs)
			if err != nil {
				return out, err
			}
			out[prompt] = append(out[prompt], answer)
		}
	}
	return out, nil
}

type chatRequest struct {
	Model       string        `json:"model"`
	Messages    []chatMessage `json:"messages"`
	Temperature float64       `json:"temperature"`
	MaxTokens   int           `json:"max_tokens"`
	Logprobs    bool          `json:"logprobs,omitempty"`
	TopLogprobs int           `json:"top_logprobs,omitempty"`
}

type chatMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type chatResponse struct {
	Choices []struct {
		Message  chatMessage `json:"message"`
		Logprobs *struct {
			Content []struct {
				Top []struct {
					Token   string  `json:"token"`
					Logprob float64 `json:"logprob"`
				} `json:"top_logprobs"`
			} `json:"content"`
		} `json:"logprobs"`
	} `json:"choices"`
}

// complete asks once: one token at temperature 0 with log probabilities, or up to
// MaxTokens at temperature 1 without.
func (e *Endpoint) complete(ctx context.Context, prompt string, logprobs bool) (Answer, error) {
	request := chatRequest{Model: e.Model, Messages: []chatMessage{{Role: "user", Content: prompt}}, Temperature: 1, MaxTokens: orDefault(e.MaxTokens, 50)}
	if logprobs {
		request.Temperature, request.MaxTokens, request.Logprobs, request.TopLogprobs = 0, 1, true, orDefault(e.Top, 20)
	}
	body, err := json.Marshal(request)
	if err != nil {
		return Answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(e.URL, "/")+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("endpoint: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if e.Key != "" {
		req.Header.Set("Authorization", "Bearer "+e.Key)
	}
	client := e.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("endpoint: %w", err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes+1))
	switch {
	case err != nil:
		return Answer{}, fmt.Errorf("endpoint: %w", err)
	case len(data) > maxAnswerBytes:
		return Answer{}, fmt.Errorf("endpoint: answer is larger than %d bytes", maxAnswerBytes)
	case resp.StatusCode != http.StatusOK:
		return Answer{}, fmt.Errorf("endpoint answers %s", resp.Status)
	}
	return parseAnswer(data)
}

func parseAnswer(data []byte) (Answer, error) {
	var response chatResponse
	if err := json.Unmarshal(data, &response); err != nil {
		return Answer{}, fmt.Errorf("endpoint: answer is no chat completion: %w", err)
	}
	if len(response.Choices) == 0 {
		return Answer{}, fmt.Errorf("endpoint: answer has no choice")
	}
	choice := response.Choices[0]
	answer := Answer{Text: choice.Message.Content}
	if runes := []rune(answer.Text); len(runes) > MaxRunes {
		answer.Text = string(runes[:MaxRunes])
	}
	if choice.Logprobs != nil && len(choice.Logprobs.Content) > 0 {
		top := choice.Logprobs.Content[0].Top
		if len(top) > MaxTop {
			return Answer{}, fmt.Errorf("endpoint: answer has %d log probabilities, more than %d", len(top), MaxTop)
		}
		answer.Logprobs = map[string]float64{}
		for _, t := range top {
			answer.Logprobs[t.Token] = t.Logprob
		}
	}
	return answer, nil
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
