package app

import (
	"context"
	"log/slog"
	"regexp"
)

// tokens matches GitHub's tokens in the old form (40 characters) and in the new one
// (ghs_APPID_JWT, of any length), and bearer tokens in header form.
var tokens = regexp.MustCompile(`gh[a-z]_[A-Za-z0-9_.\-]+|github_pat_[A-Za-z0-9_]+|(?i:bearer|token) [A-Za-z0-9_.\-]{16,}|eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_.\-]+`)

// redact takes tokens out of a text.
func redact(s string) string { return tokens.ReplaceAllString(s, "[redacted]") }

// redactor is a slog handler that lets no token through, whatever an error quotes.
type redactor struct{ slog.Handler }

// Handle implements slog.Handler.
func (r *redactor) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, redact(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttr(a))
		return true
	})
	return r.Handler.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (r *redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redactAttr(a)
	}
	return &redactor{r.Handler.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (r *redactor) WithGroup(name string) slog.Handler {
	return &redactor{r.Handler.WithGroup(name)}
}

func redactAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, redact(v.String()))
	case slog.KindGroup:
		group := v.Group()
		clean := make([]slog.Attr, len(group))
		for i, g := range group {
			clean[i] = redactAttr(g)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	case slog.KindAny:
		return slog.String(a.Key, redact(v.String()))
	}
	return a
}
