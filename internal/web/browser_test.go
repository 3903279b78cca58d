package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium; the test is skipped where there is none. What its
// console complains of is returned.
func browser(t *testing.T) (ctx context.Context, complaints func() []string) {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("Chromium is not installed")
	}
	profile, err := os.MkdirTemp("", "mlpolicy-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) }) // not TempDir: a browser that is ending still writes
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {})) // events that this protocol version does not know
	t.Cleanup(cancel)
	var mu sync.Mutex
	var said []string
	chromedp.ListenTarget(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			said = append(said, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError {
				said = append(said, fmt.Sprint(e.Args))
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.LevelError {
				said = append(said, e.Entry.Text+" "+e.Entry.URL)
			}
		}
	})
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return said
	}
}

// screenshot keeps a picture where MLPOLICY_SCREENSHOTS names a folder.
func screenshot(t *testing.T, name string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		dir := os.Getenv("MLPOLICY_SCREENSHOTS")
		if dir == "" {
			return nil
		}
		var png []byte
		if err := chromedp.FullScreenshot(&png, 100).Do(ctx); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), png, 0o644)
	})
}

func TestPagesInABrowser(t *testing.T) {
	s, id := seeded(t)
	web := server(t, Options{Store: s})
	ctx, complaints := browser(t)
	const wide = `document.scrollingElement.scrollWidth - window.innerWidth`
	for _, size := range []struct {
		name string
		w, h int64
	}{{"desktop", 1280, 900}, {"phone", 360, 740}} {
		for _, path := range []string{"/", "/decisions/" + id, "/decisions/" + id + "/bom", "/decisions/" + id + "/changes", "/decisions/" + id + "/lineage", "/controls/TRAIN-001", "/waivers", "/replays/r1", "/health"} {
			var overflow int
			var title string
			file := size.name + strings.ReplaceAll(strings.ReplaceAll(path, id, "id"), "/", "-") + ".png"
			err := chromedp.Run(ctx, chromedp.EmulateViewport(size.w, size.h), chromedp.Navigate(web.URL+path), chromedp.WaitReady("main h1"),
				chromedp.Evaluate(wide, &overflow), chromedp.Title(&title), screenshot(t, file))
			if err != nil {
				t.Fatalf("%s on %s: %v", path, size.name, err)
			}
			if overflow > 0 {
				t.Errorf("%s on %s is %d pixels wider than the screen", path, size.name, overflow)
			}
			if !strings.HasSuffix(title, "mlpolicy") {
				t.Errorf("%s has title %q", path, title)
			}
		}
	}
	var shown, count string
	err := chromedp.Run(ctx, chromedp.Navigate(web.URL+"/decisions/"+id+"/bom"), chromedp.WaitReady("#components"), chromedp.SendKeys(`input[name="q"]`, "package-07"),
		chromedp.Evaluate(`String(Array.from(document.querySelectorAll("#components tbody tr")).filter(r => r.offsetParent !== null).length)`, &shown),
		chromedp.Text(`[data-count="components"]`, &count))
	if err != nil || shown != "1" || count != "1" {
		t.Errorf("after typing a filter %s rows are shown and %s counted, %v", shown, count, err)
	}
	var nodes, revoked int
	err = chromedp.Run(ctx, chromedp.Navigate(web.URL+"/decisions/"+id+"/lineage"), chromedp.WaitReady("svg"),
		chromedp.Evaluate(`document.querySelectorAll("svg .node").length`, &nodes), chromedp.Evaluate(`document.querySelectorAll("svg .node.revoked").length`, &revoked))
	if err != nil || nodes != 6 || revoked != 2 {
		t.Errorf("the lineage shows %d nodes, %d of them revoked, %v; want 6 and 2", nodes, revoked, err)
	}
	if said := complaints(); len(said) > 0 {
		t.Errorf("the console says: %s", strings.Join(said, "\n"))
	}
}
