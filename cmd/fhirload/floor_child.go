package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// floorCommand is how a floor server is started: this program again, as a process of its own,
// so that it shares as little with the client as the server does. Tests put their own binary here.
var floorCommand = func(ctx context.Context) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, self, "floor", "--listen", "127.0.0.1:0", "--stdin"), nil
}

// startFloor starts a floor server with canned answers. It gives its base URL, its process id and what
// stops it; it stops as well when this process ends, its standard input then being closed.
func startFloor(ctx context.Context, canned answers) (base string, pid int, stop func() error, err error) {
	cmd, err := floorCommand(ctx)
	if err != nil {
		return "", 0, nil, err
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", 0, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", 0, nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", 0, nil, err
	}
	stop = func() error {
		in.Close() // tells it to end
		return cmd.Wait()
	}
	if err := json.NewEncoder(in).Encode(canned); err != nil {
		return "", 0, nil, fmt.Errorf("floor server: %w", errorOr(stop(), err))
	}
	base, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", 0, nil, fmt.Errorf("floor server said nothing: %w", errorOr(stop(), err))
	}
	return strings.TrimSpace(base), cmd.Process.Pid, stop, nil
}

func errorOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// canAnswers asks the server once for each URI below its base and keeps what it says.
func canAnswers(ctx context.Context, client *http.Client, o options, uris []string) (answers, error) {
	canned := answers{ByURI: make(map[string]answer, len(uris))}
	for _, uri := range uris {
		one, err := fetch(ctx, client, o, o.base+"/"+uri)
		if err != nil {
			return canned, err
		}
		canned.ByURI["/"+uri] = one
	}
	return canned, nil
}
