package durations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSeconds is a day: more is a mistake, and sums of it would overflow.
const maxSeconds = 24 * 60 * 60

// Read reads a file of durations; one that does not exist holds none. The error
// names all that is wrong, each with its line.
func Read(path string) (Durations, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parse(path, content)
}

func parse(path string, content []byte) (Durations, error) {
	at := func(offset int64) string {
		return fmt.Sprintf("%s:%d", path, 1+bytes.Count(content[:offset], []byte("\n")))
	}
	var whole json.RawMessage
	if err := json.Unmarshal(content, &whole); err != nil {
		var syntax *json.SyntaxError
		errors.As(err, &syntax)
		return nil, fmt.Errorf("%s: not JSON: %w", at(syntax.Offset), err)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return nil, fmt.Errorf("%s: must be a JSON object from node id to seconds", at(decoder.InputOffset()))
	}
	read := Durations{}
	var wrong []error
	for decoder.More() {
		// The syntax is right, so neither can fail.
		nodeID, _ := decoder.Token()
		var value json.RawMessage
		_ = decoder.Decode(&value)
		var seconds *float64 // nil for null
		if err := json.Unmarshal(value, &seconds); err != nil || seconds == nil || *seconds < 0 || *seconds > maxSeconds {
			wrong = append(wrong, fmt.Errorf("%s: %q: %s: must be seconds, a number from 0 to %d", at(decoder.InputOffset()), nodeID, value, maxSeconds))
			continue
		}
		read[nodeID.(string)] = *seconds
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return read, nil
}

// Write writes a file of durations as pytest-split does, sorted. Whoever reads it
// meanwhile sees either the former file or this one.
func (d Durations) Write(path string) error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(d); err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	beside, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	_, err = beside.Write(content.Bytes())
	err = errors.Join(err, beside.Chmod(mode(path)), beside.Close())
	if err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		os.Remove(beside.Name())
	}
	return err
}

// mode is what the file has, or would be made with.
func mode(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}
