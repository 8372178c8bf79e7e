package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/cache"
	"github.com/argoproj/argo-cd/v3/reposerver/metrics"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	cacheutil "github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/git"
)

// localRepos answers the git generator out of real git repositories that are made from folders, through Argo CD's own repository
// service: cloning, pathspecs and the directory walk are all its own.
type localRepos struct {
	service     *repository.Service
	urls        map[string]string
	newGlobbing bool
	checkout    *regexp.Regexp
}

const (
	cacheTime = time.Hour
	author    = "oracle"
	// The date is fixed so that commit names, which error texts contain, are the same in each run.
	date = "2024-01-02T03:04:05Z"
)

func newLocalRepos(ctx context.Context, scratch string, directories, settings map[string]string) (*localRepos, error) {
	repos := &localRepos{urls: map[string]string{}, newGlobbing: settings["applicationsetcontroller.enable.new.git.file.globbing"] == "true"}
	number := 0
	for url, directory := range directories {
		number++
		bare := filepath.Join(scratch, fmt.Sprintf("origin-%d", number))
		if err := commitFolder(ctx, bare, directory); err != nil {
			return nil, fmt.Errorf("repository %s: %w", url, err)
		}
		repos.urls[git.NormalizeGitURL(url)] = "file://" + bare
	}
	checkouts := filepath.Join(scratch, "checkouts")
	if err := os.Mkdir(checkouts, 0o700); err != nil {
		return nil, err
	}
	store := cache.NewCache(cacheutil.NewCache(cacheutil.NewInMemoryCache(cacheTime)), cacheTime, cacheTime, cacheTime)
	repos.checkout = regexp.MustCompile(regexp.QuoteMeta(checkouts) + "/[0-9a-f-]+")
	constants := repository.RepoServerInitConstants{
		IncludeHiddenDirectories: settings["reposerver.include.hidden.directories"] == "true",
		EnableBuiltinGitConfig:   true,
	}
	repos.service = repository.NewService(metrics.NewMetricsServer(), store, constants, git.NoopCredsStore{}, checkouts)
	return repos, nil
}

// commitFolder makes a repository with one commit on main that holds the files of the folder, ignored ones excepted.
func commitFolder(ctx context.Context, repository, folder string) error {
	steps := [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", repository},
		{"--git-dir=" + repository, "--work-tree=" + folder, "add", "--all"},
		{"--git-dir=" + repository, "--work-tree=" + folder, "commit", "--quiet", "--allow-empty", "--message=input"},
	}
	for _, arguments := range steps {
		command := exec.CommandContext(ctx, "git", arguments...)
		command.Dir = folder
		command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
			"GIT_AUTHOR_NAME="+author, "GIT_AUTHOR_EMAIL="+author, "GIT_COMMITTER_NAME="+author, "GIT_COMMITTER_EMAIL="+author,
			"GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", strings.Join(arguments, " "), err, output)
		}
	}
	return nil
}

func (r *localRepos) repository(url string) (*v1alpha1.Repository, error) {
	local, ok := r.urls[git.NormalizeGitURL(url)]
	if !ok {
		return nil, fmt.Errorf("repository %s is not given", url)
	}
	return &v1alpha1.Repository{Repo: local}, nil
}

// GetFiles implements services.Repos.
func (r *localRepos) GetFiles(ctx context.Context, url, revision, _, pattern string, _, verify bool) (map[string][]byte, error) {
	repo, err := r.repository(url)
	if err != nil {
		return nil, err
	}
	answer, err := r.service.GetGitFiles(ctx, &apiclient.GitFilesRequest{
		Repo: repo, Revision: revision, Path: pattern, VerifyCommit: verify, NewGitFileGlobbingEnabled: r.newGlobbing,
	})
	return answer.GetMap(), r.publicError(err)
}

// GetDirectories implements services.Repos.
func (r *localRepos) GetDirectories(ctx context.Context, url, revision, _ string, _, verify bool) ([]string, error) {
	repo, err := r.repository(url)
	if err != nil {
		return nil, err
	}
	answer, err := r.service.GetGitDirectories(ctx, &apiclient.GitDirectoriesRequest{Repo: repo, Revision: revision, VerifyCommit: verify})
	return answer.GetPaths(), r.publicError(err)
}

// publicError says the address that the caller knows, so that a recording does not name a temporary folder.
func (r *localRepos) publicError(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for url, local := range r.urls {
		text = strings.ReplaceAll(text, local, url)
	}
	return errors.New(r.checkout.ReplaceAllString(text, "<checkout>"))
}

// removeAll removes the scratch folder, whose checkouts the service leaves without permissions.
func removeAll(scratch string) {
	_ = filepath.WalkDir(scratch, func(path string, entry fs.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	_ = os.RemoveAll(scratch)
}
