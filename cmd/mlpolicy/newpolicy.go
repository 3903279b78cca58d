package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/engine"
)

//go:embed newpolicy.tmpl
var newPolicyText string

var newPolicyTemplates = template.Must(template.New("").Delims("[[", "]]").Parse(newPolicyText))

var (
	controlID = regexp.MustCompile(`^[A-Z][A-Z0-9]*-[0-9]{3}$`)
	ruleName  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func newPolicyNew(env *environment) *cobra.Command {
	var stage, dir, root, title string
	c := &cobra.Command{
		Use: "new ID NAME", Short: "Write a control with its test and cases, to start from",
		Long: `Write DIR/STAGE/NAME.rego, its test and two cases. The control they start from refuses models
of publishers that are not on a list; change it into yours.`,
		Example: `  mlpolicy policy new ACME-001 known_publisher --stage training --dir acme`,
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if !controlID.MatchString(args[0]) {
				return usage("write it as ACME-001", "%q is not an id", args[0])
			}
			if !ruleName.MatchString(args[1]) || !ruleName.MatchString(root) {
				return usage("names of Rego packages are lower case with underscores", "%q or %q is not a name", args[1], root)
			}
			if _, err := stages([]string{stage}); err != nil {
				return err
			}
			if title == "" {
				title = strings.ToUpper(args[1][:1]) + strings.ReplaceAll(args[1][1:], "_", " ")
			}
			values := map[string]string{"ID": args[0], "Name": args[1], "Stage": stage, "Root": root, "Title": title}
			for _, f := range []struct{ template, path string }{
				{"control", stage + "/" + args[1] + ".rego"},
				{"test", stage + "/" + args[1] + "_test.rego"},
				{"deny", "cases/" + stage + "/" + args[1] + "/deny.txtar"},
				{"allow", "cases/" + stage + "/" + args[1] + "/allow.txtar"},
			} {
				if err := env.newFile(filepath.Join(dir, filepath.FromSlash(f.path)), f.template, values); err != nil {
					return err
				}
			}
			fmt.Fprintf(env.stdout, "Next: mlpolicy policy test --coverage %s\n", dir)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&stage, "stage", string(engine.StageTraining), stageNames())
	f.StringVar(&dir, "dir", ".", "directory of the pack")
	f.StringVar(&root, "root", "acme", "root of the pack's packages")
	f.StringVar(&title, "title", "", "title of the control")
	complete(c, "stage", strings.Split(stageNames(), ", "))
	return c
}

// newFile writes a file that is not there yet.
func (env *environment) newFile(name, template string, values map[string]string) error {
	var b bytes.Buffer
	if err := newPolicyTemplates.ExecuteTemplate(&b, template, values); err != nil {
		return err
	}
	path := env.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return usage("", "%w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("choose another name, or remove it", "%s is already there", name)
	}
	if err != nil {
		return usage("", "%w", err)
	}
	_, err = f.Write(bytes.TrimLeft(b.Bytes(), "\n"))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "wrote %s\n", filepath.ToSlash(name))
	return nil
}
