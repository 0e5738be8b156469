# Loaded by every Ruby process of a test command through RUBYOPT: makes minitest report as tests end, one JSON object
# a line in the file named by PATCHWRIGHT_RUBY_REPORT, and changes nothing else.
module Patchwright
  REPORT = ENV['PATCHWRIGHT_RUBY_REPORT']
  PROCESS = Process.pid

  def self.installed?
    @installed
  end

  def self.install
    return unless defined?(::Minitest) && ::Minitest.respond_to?(:extensions) && ::Minitest.extensions
    return unless defined?(::Minitest::AbstractReporter)

    @installed = true
    require 'json'
    reporter = Class.new(::Minitest::AbstractReporter) { include Reporter }
    ::Minitest.define_singleton_method(:plugin_patchwright_init) do |_options|
      self.reporter << reporter.new
    end
    ::Minitest.extensions << 'patchwright'
  end

  module Reporter
    def write(record)
      return unless Process.pid == PROCESS

      # What a test starts is not to report.
      ENV.delete('PATCHWRIGHT_RUBY_REPORT')
      @file ||= File.open(REPORT, 'a')
      @file.puts(JSON.generate(record))
      @file.flush
    end

    def name_of(kind, name)
      "#{kind}##{name}"
    end

    def prerecord(klass, name)
      write('t' => 'start', 'file' => place(klass, name), 'names' => [name_of(klass.name, name)])
    end

    def record(result)
      kind = result.respond_to?(:klass) ? result.klass : result.class.name
      verdict = result.skipped? ? 'skipped' : result.passed? ? 'passed' : result.error? ? 'error' : 'failed'
      path = result.respond_to?(:source_location) ? result.source_location&.first : nil
      record = { 't' => 'case', 'file' => path, 'names' => [name_of(kind, result.name)], 'verdict' => verdict }
      failure = result.failures.first
      if failure && !result.skipped?
        error = failure.respond_to?(:error) ? failure.error : failure
        record['message'] = result.error? ? "#{error.class}: #{error.message}" : error.message
        record['frames'] = frames(error)
      end
      write(record)
    end

    def report
      write('t' => 'end')
    end

    private

    def place(klass, name)
      klass.instance_method(name).source_location&.first
    rescue NameError
      nil
    end

    def frames(error)
      (error.backtrace || []).reverse.filter_map do |line|
        match = /\A(.*?):(\d+)/.match(line)
        [File.expand_path(match[1]), match[2].to_i, ''] if match
      end
    end
  end

  module AfterRequire
    def require(*)
      result = super
      Patchwright.install unless Patchwright.installed?
      result
    end
  end
end

Object.prepend(Patchwright::AfterRequire) if Patchwright::REPORT
