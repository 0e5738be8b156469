/** The image that the set-up of this suite makes: Debian with bash, git and Python. */
export const TEST_IMAGE = 'patchwright-test:bookworm-git-python3';
