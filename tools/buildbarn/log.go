package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
)

// logTo has everything logged as key=value lines, Buildbarn's own messages among them.
func logTo(w io.Writer) { slog.SetDefault(slog.New(quietEnd{slog.NewTextHandler(w, nil)})) }

// quietEnd leaves out what Buildbarn says of each worker that ends as it should.
type quietEnd struct{ slog.Handler }

func (q quietEnd) Handle(ctx context.Context, record slog.Record) error {
	if of := record.Message; strings.HasPrefix(of, "Worker ") &&
		(strings.HasSuffix(of, ": terminating") || strings.HasSuffix(of, "context canceled")) {
		return nil
	}
	return q.Handler.Handle(ctx, record)
}

// WithAttrs and WithGroup keep the rule.
func (q quietEnd) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quietEnd{q.Handler.WithAttrs(attrs)}
}

func (q quietEnd) WithGroup(name string) slog.Handler { return quietEnd{q.Handler.WithGroup(name)} }
