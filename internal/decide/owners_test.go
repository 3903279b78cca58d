package decide

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// A head that names itself an owner owns nothing yet.
func TestCodeOwnersAreThoseOfTheBase(t *testing.T) {
	t.Parallel()
	src := func(owners, code string) *source.Source {
		return &source.Source{FS: fstest.MapFS{"CODEOWNERS": {Data: []byte(owners)}, "train.py": {Data: []byte(code)}}, Subject: sbom.Subject{Name: "x"}}
	}
	policy, err := LoadPolicy(t.Context(), PolicyOptions{Config: config.Default()})
	if err != nil {
		t.Fatal(err)
	}
	const load = "from transformers import AutoModel\nAutoModel.from_pretrained(\"a/b\")\n"
	result, err := Run(t.Context(), Request{Head: src("* @mallory\n", load), Base: src("* @alice\n", ""), Policy: policy, Config: config.Default(), Now: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	rules := result.Input.Review.CodeOwners
	if len(rules) != 1 || len(rules[0].Owners) != 1 || rules[0].Owners[0] != "@alice" || len(rules[0].Matches) == 0 {
		t.Errorf("owners: %+v", rules)
	}
}
